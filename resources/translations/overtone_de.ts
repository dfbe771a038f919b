<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>About Overtone</source>
        <translation>Über Overtone</translation>
    </message>
    <message>
        <source>A photo editor told what to do in words, pictures and sounds, on your own machine.</source>
        <translation>Eine Fotobearbeitung, der Sie in Worten, Bildern und Klängen sagen, was sie tun soll – auf dem eigenen Rechner.</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Assemble</source>
        <translation>Einrichten</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
</context>
<context>
    <name>Around</name>
    <message>
        <source>The engine is at work; its memory is freed when nothing runs.</source>
        <translation>Die Engine arbeitet; ihr Speicher wird frei, sobald nichts mehr läuft.</translation>
    </message>
    <message>
        <source>The engine’s memory is free; the next run loads it again.</source>
        <translation>Der Speicher der Engine ist frei; der nächste Lauf lädt sie neu.</translation>
    </message>
    <message>
        <source>The picture is on the clipboard.</source>
        <translation>Das Bild ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>{0} was developed as the camera saw it.</source>
        <translation>{0} wurde so entwickelt, wie die Kamera es sah.</translation>
    </message>
    <message>
        <source>Develop Differently…</source>
        <translation>Anders entwickeln…</translation>
    </message>
    <message>
        <source>Forget These</source>
        <translation>Diese vergessen</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
</context>
<context>
    <name>Bin</name>
    <message>
        <source>New name</source>
        <translation>Neuer Name</translation>
    </message>
    <message>
        <source>Enter takes the name, Esc keeps the old one</source>
        <translation>Eingabetaste übernimmt den Namen, Esc behält den alten</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Paint with the brush to mark where to edit. Arrow keys move the view.</source>
        <translation>Mit dem Pinsel markieren, wo bearbeitet werden soll. Die Pfeiltasten verschieben die Ansicht.</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>{0}
Click to change it</source>
        <translation>{0}
Zum Ändern klicken</translation>
    </message>
    <message>
        <source>Leave out “{0}”</source>
        <translation>„{0}“ weglassen</translation>
    </message>
</context>
<context>
    <name>Chips</name>
    <message>
        <source>photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>#{0} is not there</source>
        <translation>#{0} fehlt</translation>
    </message>
</context>
<context>
    <name>Completion</name>
    <message>
        <source>References that fit</source>
        <translation>Passende Referenzen</translation>
    </message>
    <message>
        <source>the photo itself</source>
        <translation>das Foto selbst</translation>
    </message>
</context>
<context>
    <name>ContextFrame</name>
    <message>
        <source>What the engine sees: {0} × {1}</source>
        <translation>Was die Engine sieht: {0} × {1}</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
</context>
<context>
    <name>CropOptions</name>
    <message>
        <source>Shape of the frame</source>
        <translation>Form des Rahmens</translation>
    </message>
    <message>
        <source>Shape of the frame, width to height</source>
        <translation>Form des Rahmens, Breite zu Höhe</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>Frei</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Swap width and height of the frame</source>
        <translation>Breite und Höhe des Rahmens tauschen</translation>
    </message>
    <message>
        <source>Turn the photo left</source>
        <translation>Foto nach links drehen</translation>
    </message>
    <message>
        <source>Turn the photo right</source>
        <translation>Foto nach rechts drehen</translation>
    </message>
    <message>
        <source>Straighten</source>
        <translation>Gerade ausrichten</translation>
    </message>
    <message>
        <source>Straighten: turn the photo under the frame  (. and ,)</source>
        <translation>Gerade ausrichten: das Foto unter dem Rahmen drehen  (. und ,)</translation>
    </message>
    <message>
        <source>Degrees to straighten by</source>
        <translation>Grad, um die gerade ausgerichtet wird</translation>
    </message>
    <message>
        <source>Degrees to straighten by, clockwise</source>
        <translation>Grad, um die gerade ausgerichtet wird, im Uhrzeigersinn</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>Zuschneiden</translation>
    </message>
    <message>
        <source>Keep what is in the frame  (Enter)</source>
        <translation>Behalten, was im Rahmen liegt  (Eingabetaste)</translation>
    </message>
</context>
<context>
    <name>Cropping</name>
    <message>
        <source>A result is waiting.</source>
        <translation>Ein Ergebnis wartet.</translation>
    </message>
    <message>
        <source>Accept or discard it first.</source>
        <translation>Zuerst übernehmen oder verwerfen.</translation>
    </message>
    <message>
        <source>An edit is running.</source>
        <translation>Eine Bearbeitung läuft.</translation>
    </message>
    <message>
        <source>Wait for it, or cancel it.</source>
        <translation>Auf sie warten oder sie abbrechen.</translation>
    </message>
    <message>
        <source>The photo is still changing.</source>
        <translation>Das Foto ändert sich noch.</translation>
    </message>
    <message>
        <source>Wait until that is done, then crop.</source>
        <translation>Warten, bis das fertig ist, dann zuschneiden.</translation>
    </message>
    <message>
        <source>Straighten by {0}°</source>
        <translation>Um {0}° gerade ausrichten</translation>
    </message>
    <message>
        <source>Crop to {0}, straightened by {1}°</source>
        <translation>Auf {0} zuschneiden, um {1}° gerade ausgerichtet</translation>
    </message>
    <message>
        <source>Crop to {0}</source>
        <translation>Auf {0} zuschneiden</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>Nach rechts drehen</translation>
    </message>
    <message>
        <source>Turn upside down</source>
        <translation>Auf den Kopf stellen</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>Nach links drehen</translation>
    </message>
</context>
<context>
    <name>DevelopWindow</name>
    <message>
        <source>Develop</source>
        <translation>Entwickeln</translation>
    </message>
    <message>
        <source>As the camera noted it</source>
        <translation>Wie von der Kamera notiert</translation>
    </message>
    <message>
        <source>Judged from the picture</source>
        <translation>Aus dem Bild geschätzt</translation>
    </message>
    <message>
        <source>Daylight</source>
        <translation>Tageslicht</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>Weißabgleich</translation>
    </message>
    <message>
        <source>What counts as white</source>
        <translation>Was als Weiß gilt</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>Belichtung</translation>
    </message>
    <message>
        <source>Brighter or darker, -3 to 3 stops</source>
        <translation>Heller oder dunkler, −3 bis 3 Blendenstufen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>The photo is opened anew; edits belong to the picture as it was developed before.</source>
        <translation>Das Foto wird neu geöffnet; Bearbeitungen gehören zum Bild, wie es zuvor entwickelt wurde.</translation>
    </message>
</context>
<context>
    <name>EditRow</name>
    <message>
        <source>Run again</source>
        <translation>Erneut ausführen</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Edit Its &amp;Mask</source>
        <translation>&amp;Maske bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Run Again</source>
        <translation>&amp;Erneut ausführen</translation>
    </message>
    <message>
        <source>Show &amp;Settings</source>
        <translation>Ein&amp;stellungen zeigen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>Edit without words</source>
        <translation>Bearbeitung ohne Worte</translation>
    </message>
    <message>
        <source>Show: {0}</source>
        <translation>Einblenden: {0}</translation>
    </message>
    <message>
        <source>Hide: {0}</source>
        <translation>Ausblenden: {0}</translation>
    </message>
    <message>
        <source>Show this edit</source>
        <translation>Diese Bearbeitung einblenden</translation>
    </message>
    <message>
        <source>Hide this edit</source>
        <translation>Diese Bearbeitung ausblenden</translation>
    </message>
    <message>
        <source>More for: {0}</source>
        <translation>Mehr zu: {0}</translation>
    </message>
    <message>
        <source>Mask, run again, settings, delete</source>
        <translation>Maske, erneut ausführen, Einstellungen, löschen</translation>
    </message>
    <message>
        <source>Settings, delete</source>
        <translation>Einstellungen, löschen</translation>
    </message>
    <message>
        <source>Opacity in percent: {0}</source>
        <translation>Deckkraft in Prozent: {0}</translation>
    </message>
    <message>
        <source>An edit that changes the picture’s size is shown wholly or not at all</source>
        <translation>Eine Bearbeitung, die die Bildgröße ändert, ist ganz zu sehen oder gar nicht</translation>
    </message>
    <message>
        <source>Opacity of this edit</source>
        <translation>Deckkraft dieser Bearbeitung</translation>
    </message>
    <message>
        <source>Made on another picture than the one below it now.</source>
        <translation>Auf einem anderen Bild entstanden als dem, das jetzt darunter liegt.</translation>
    </message>
    <message>
        <source>Run again: {0}</source>
        <translation>Erneut ausführen: {0}</translation>
    </message>
    <message>
        <source>Make this edit anew on the picture below it</source>
        <translation>Diese Bearbeitung auf dem Bild darunter neu ausführen</translation>
    </message>
    <message>
        <source>Kept {0} × {1} of {2} × {3} pixels</source>
        <translation>{0} × {1} von {2} × {3} Pixeln behalten</translation>
    </message>
    <message>
        <source>Turned by {0}°, straightened by {1}°</source>
        <translation>Um {0}° gedreht, um {1}° gerade ausgerichtet</translation>
    </message>
    <message>
        <source>Engine {0} · seed {1}</source>
        <translation>Engine {0} · Startwert {1}</translation>
    </message>
    <message>
        <source>Steps {0} · keep {1:g} · guidance {2:g}</source>
        <translation>Schritte {0} · Erhalten {1:g} · Prompttreue {2:g}</translation>
    </message>
    <message>
        <source>Changed {0} × {1} pixels</source>
        <translation>{0} × {1} Pixel geändert</translation>
    </message>
</context>
<context>
    <name>ExchangeView</name>
    <message>
        <source>Write this again</source>
        <translation>Noch einmal schreiben</translation>
    </message>
    <message>
        <source>At work…</source>
        <translation>In Arbeit…</translation>
    </message>
    <message>
        <source>Waits for you to accept it</source>
        <translation>Wartet auf Ihre Zustimmung</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>Übernommen</translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation>Zurückgenommen</translation>
    </message>
    <message>
        <source>Discarded</source>
        <translation>Verworfen</translation>
    </message>
    <message>
        <source>Not done</source>
        <translation>Nicht ausgeführt</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Look at this result</source>
        <translation>Dieses Ergebnis ansehen</translation>
    </message>
    <message>
        <source>See the photo as it was after this</source>
        <translation>Das Foto nach diesem Schritt ansehen</translation>
    </message>
    <message>
        <source>Make this result again, with the same seed</source>
        <translation>Dieses Ergebnis neu erzeugen, mit demselben Startwert</translation>
    </message>
</context>
<context>
    <name>Expanding</name>
    <message>
        <source>Expand the frame</source>
        <translation>Rahmen erweitern</translation>
    </message>
</context>
<context>
    <name>Expert</name>
    <message>
        <source>Settings for experts</source>
        <translation>Experteneinstellungen</translation>
    </message>
    <message>
        <source>Engine, seed, and how the picture is made</source>
        <translation>Engine, Startwert und wie das Bild entsteht</translation>
    </message>
    <message>
        <source>The engine “{0}” has no diffusion decoder; what is grey here changes nothing.</source>
        <translation>Die Engine „{0}“ hat keinen Diffusionsdecoder; was hier grau ist, bewirkt nichts.</translation>
    </message>
    <message>
        <source>The engine “{0}” has no refinement prior; this changes nothing.</source>
        <translation>Die Engine „{0}“ hat kein Netz zum Verfeinern; dies bewirkt nichts.</translation>
    </message>
    <message>
        <source>Lock the seed: every run starts from the same one</source>
        <translation>Startwert festhalten: jeder Lauf beginnt mit demselben</translation>
    </message>
    <message>
        <source>Take a seed at random</source>
        <translation>Einen zufälligen Startwert nehmen</translation>
    </message>
    <message>
        <source>Few steps</source>
        <translation>Wenige Schritte</translation>
    </message>
    <message>
        <source>As fits the edit</source>
        <translation>Wie es passt</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Decode</source>
        <translation>Decodieren</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Restaurieren</translation>
    </message>
    <message>
        <source>Decode and restore</source>
        <translation>Decodieren und restaurieren</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Back to the defaults, which suit most edits</source>
        <translation>Zurück zu den Vorgaben, die für die meisten Bearbeitungen passen</translation>
    </message>
    <message>
        <source>Follow edges</source>
        <translation>Kanten folgen</translation>
    </message>
    <message>
        <source>Follow depth</source>
        <translation>Tiefe folgen</translation>
    </message>
    <message>
        <source>Follow a sketch</source>
        <translation>Skizze folgen</translation>
    </message>
    <message>
        <source>Base weight</source>
        <translation>Anteil Foto</translation>
    </message>
    <message>
        <source>Wish weight</source>
        <translation>Anteil Wunsch</translation>
    </message>
    <message>
        <source>Prior weight</source>
        <translation>Anteil Prior</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>The bundle of models that does the work</source>
        <translation>Das Modellpaket, das die Arbeit macht</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>What chance starts from; the same seed gives the same picture</source>
        <translation>Womit der Zufall beginnt; derselbe Startwert ergibt dasselbe Bild</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Denoising steps, 1 to 1000; more take longer</source>
        <translation>Entrauschungsschritte, 1 bis 1000; mehr dauern länger</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Erhalten</translation>
    </message>
    <message>
        <source>How much of the photo’s structure stays, 0 (none) to 1 (all)</source>
        <translation>Wie viel vom Aufbau des Fotos bleibt, 0 (nichts) bis 1 (alles)</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Prompttreue</translation>
    </message>
    <message>
        <source>How closely the prompt is followed, 0 to 30</source>
        <translation>Wie genau dem Prompt gefolgt wird, 0 bis 30</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>Motivtreue</translation>
    </message>
    <message>
        <source>How closely a reference’s subject is kept, 0 to 1</source>
        <translation>Wie genau das Motiv einer Referenz erhalten bleibt, 0 bis 1</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>Sampler</translation>
    </message>
    <message>
        <source>How noise is taken away step by step</source>
        <translation>Wie das Rauschen Schritt für Schritt entfernt wird</translation>
    </message>
    <message>
        <source>After the draft</source>
        <translation>Nach dem Entwurf</translation>
    </message>
    <message>
        <source>Which steps follow a draft, where the engine has them</source>
        <translation>Welche Schritte auf einen Entwurf folgen, soweit die Engine sie hat</translation>
    </message>
    <message>
        <source>How strongly, 0 (off) to 2</source>
        <translation>Wie stark, 0 (aus) bis 2</translation>
    </message>
    <message>
        <source>Its share in the refined idea, 0 to 2</source>
        <translation>Anteil an der verfeinerten Idee, 0 bis 2</translation>
    </message>
    <message>
        <source>Beauty</source>
        <translation>Ästhetik</translation>
    </message>
    <message>
        <source>Wanted aesthetic score, 1 to 10</source>
        <translation>Gewünschte ästhetische Bewertung, 1 bis 10</translation>
    </message>
</context>
<context>
    <name>ExportWindow</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>As the photo</source>
        <translation>Wie das Foto</translation>
    </message>
    <message>
        <source>8 bit</source>
        <translation>8 Bit</translation>
    </message>
    <message>
        <source>16 bit</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation>Alles behalten</translation>
    </message>
    <message>
        <source>All but where it was taken (GPS)</source>
        <translation>Alles außer dem Aufnahmeort (GPS)</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Say that the photo was edited, and how</source>
        <translation>Bearbeitung in der Datei vermerken</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>1 (small file) to 100 (best); as the photo, JPEG blocks that no edit touched stay as they are</source>
        <translation>1 (kleine Datei) bis 100 (beste); wie das Foto: JPEG-Blöcke, die keine Bearbeitung berührt, bleiben, wie sie sind</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>What kind of file</source>
        <translation>Welche Art von Datei</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>Farbtiefe</translation>
    </message>
    <message>
        <source>Bits for each colour of a pixel</source>
        <translation>Bit für jede Farbe eines Pixels</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Colour profile of the file</source>
        <translation>Farbprofil der Datei</translation>
    </message>
    <message>
        <source>Long side</source>
        <translation>Lange Kante</translation>
    </message>
    <message>
        <source>Scaled down to so many pixels at most</source>
        <translation>Auf höchstens so viele Pixel verkleinert</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>Camera, date, place and captions</source>
        <translation>Kamera, Datum, Ort und Beschriftungen</translation>
    </message>
    <message>
        <source>Writes the edits into the file’s metadata, for those who look</source>
        <translation>Schreibt die Bearbeitungen in die Metadaten der Datei, für alle, die nachsehen</translation>
    </message>
    <message>
        <source>{0} × {1} pixels</source>
        <translation>{0} × {1} Pixel</translation>
    </message>
    <message>
        <source> · this type holds 8 of the photo’s 16 bits</source>
        <translation> · dieser Typ fasst 8 der 16 Bit des Fotos</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Good</source>
        <translation>In Ordnung</translation>
    </message>
    <message>
        <source>Lacking</source>
        <translation>Fehlt</translation>
    </message>
    <message>
        <source>Not there, and not needed</source>
        <translation>Nicht vorhanden und nicht nötig</translation>
    </message>
</context>
<context>
    <name>FilmStrip</name>
    <message>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <source>Pin: keep this result when another is accepted</source>
        <translation>Anheften: dieses Ergebnis behalten, wenn ein anderes übernommen wird</translation>
    </message>
    <message>
        <source>Compare others with this result</source>
        <translation>Andere mit diesem Ergebnis vergleichen</translation>
    </message>
    <message>
        <source>Run again with the same seed</source>
        <translation>Erneut ausführen, mit demselben Startwert</translation>
    </message>
    <message>
        <source>Show this result’s settings</source>
        <translation>Einstellungen dieses Ergebnisses zeigen</translation>
    </message>
    <message>
        <source>Reject this result</source>
        <translation>Dieses Ergebnis verwerfen</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
</context>
<context>
    <name>Frame</name>
    <message>
        <source>Result {0}, seed {1}</source>
        <translation>Ergebnis {0}, Startwert {1}</translation>
    </message>
    <message>
        <source>, pinned</source>
        <translation>, angeheftet</translation>
    </message>
    <message>
        <source>, compared with</source>
        <translation>, Vergleichsbild</translation>
    </message>
</context>
<context>
    <name>HintBar</name>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>Close the first steps</source>
        <translation>Erste Schritte schließen</translation>
    </message>
    <message>
        <source>1  Say what to change</source>
        <translation>1  Sagen, was sich ändern soll</translation>
    </message>
    <message>
        <source>2  Run, and look at the result</source>
        <translation>2  Ausführen und ansehen</translation>
    </message>
    <message>
        <source>3  Accept it, or try another</source>
        <translation>3  Übernehmen oder neu versuchen</translation>
    </message>
</context>
<context>
    <name>Histogram</name>
    <message>
        <source>Histogram</source>
        <translation>Histogramm</translation>
    </message>
    <message>
        <source>Clipped shadows: {0}
Clipped highlights: {1}</source>
        <translation>Beschnittene Schatten: {0}
Beschnittene Lichter: {1}</translation>
    </message>
    <message>
        <source>red {0} %</source>
        <translation>Rot {0} %</translation>
    </message>
    <message>
        <source>green {0} %</source>
        <translation>Grün {0} %</translation>
    </message>
    <message>
        <source>blue {0} %</source>
        <translation>Blau {0} %</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
</context>
<context>
    <name>HistoryDesk</name>
    <message>
        <source>A result is waiting. Accept or discard it first.</source>
        <translation>Ein Ergebnis wartet. Zuerst übernehmen oder verwerfen.</translation>
    </message>
    <message>
        <source>An edit is running. Wait for it, or cancel it.</source>
        <translation>Eine Bearbeitung läuft. Auf sie warten oder sie abbrechen.</translation>
    </message>
    <message>
        <source>Crops and turns of that picture went with it. Undo brings them back.</source>
        <translation>Zuschnitte und Drehungen jenes Bildes wurden mit gelöscht. Rückgängig bringt sie zurück.</translation>
    </message>
    <message>
        <source>Change the mask, then run the edit again.</source>
        <translation>Maske ändern, dann die Bearbeitung erneut ausführen.</translation>
    </message>
    <message>
        <source>Words said where this edit acts. Paint a mask, then run the edit again.</source>
        <translation>Worte haben gesagt, wo diese Bearbeitung wirkt. Eine Maske malen, dann die Bearbeitung erneut ausführen.</translation>
    </message>
    <message>
        <source>This edit has no mask of this picture’s size. Paint one, then run the edit again.</source>
        <translation>Diese Bearbeitung hat keine Maske in der Größe dieses Bildes. Eine malen, dann die Bearbeitung erneut ausführen.</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>Erneut ausführen</translation>
    </message>
    <message>
        <source>The mask does not fit the picture below this edit.</source>
        <translation>Die Maske passt nicht auf das Bild unter dieser Bearbeitung.</translation>
    </message>
    <message>
        <source>A crop or turn lies above this edit. Hide that first, then edit the mask.</source>
        <translation>Über dieser Bearbeitung liegt ein Zuschnitt oder eine Drehung. Diese zuerst ausblenden, dann die Maske ändern.</translation>
    </message>
    <message>
        <source>Show all edits below it, or paint a mask on that picture.</source>
        <translation>Alle Bearbeitungen darunter einblenden oder auf jenem Bild eine Maske malen.</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Disk that the history takes. Nothing is removed without asking you.</source>
        <translation>Speicherplatz des Verlaufs. Nichts wird ungefragt entfernt.</translation>
    </message>
    <message>
        <source>Edits you accept are listed here. Each can be hidden, made paler, run again or deleted.</source>
        <translation>Hier stehen übernommene Bearbeitungen. Jede lässt sich ausblenden, abschwächen, erneut ausführen oder löschen.</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Original, {0}</source>
        <translation>Original, {0}</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
</context>
<context>
    <name>InstructionBox</name>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>Say what to change: “remove the boat”</source>
        <translation>Auf Englisch sagen, was sich ändern soll: “remove the boat”</translation>
    </message>
    <message>
        <source>@ or [ names a reference; Up brings back what you said before</source>
        <translation>@ oder [ nennt eine Referenz; Pfeil nach oben holt frühere Anweisungen zurück</translation>
    </message>
</context>
<context>
    <name>InstructionHead</name>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>Begin an instruction</source>
        <translation>Eine Anweisung beginnen</translation>
    </message>
    <message>
        <source>Recent instructions</source>
        <translation>Letzte Anweisungen</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>Forget These</source>
        <translation>Diese vergessen</translation>
    </message>
</context>
<context>
    <name>LibraryDesk</name>
    <message>
        <source>Everything in the library; drag a picture to its place.</source>
        <translation>Die ganze Bibliothek; ein Bild an seinen Platz ziehen.</translation>
    </message>
    <message>
        <source>Named like “{0}”.</source>
        <translation>Mit einem Namen wie „{0}“.</translation>
    </message>
    <message>
        <source>Most like “{0}”.</source>
        <translation>Am ähnlichsten: „{0}“.</translation>
    </message>
    <message>
        <source>Looking for pictures like {0}…</source>
        <translation>Bilder wie {0} werden gesucht…</translation>
    </message>
    <message>
        <source>Most like {0}.</source>
        <translation>Am ähnlichsten: {0}.</translation>
    </message>
    <message>
        <source>Nothing in the library has that name.</source>
        <translation>Nichts in der Bibliothek heißt so.</translation>
    </message>
    <message>
        <source>  {0} of {1} are shown.</source>
        <translation>  {0} von {1} werden gezeigt.</translation>
    </message>
    <message>
        <source>In the bin as {0}.</source>
        <translation>In der Ablage als {0}.</translation>
    </message>
    <message>
        <source>Looking through {0}…</source>
        <translation>{0} wird durchsucht…</translation>
    </message>
</context>
<context>
    <name>LibraryWindow</name>
    <message>
        <source>Library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <source>Search by words, or drop a picture or a sound here</source>
        <translation>Mit Worten suchen oder ein Bild oder einen Klang hier ablegen</translation>
    </message>
    <message>
        <source>Search the library</source>
        <translation>Bibliothek durchsuchen</translation>
    </message>
    <message>
        <source>Like a file…</source>
        <translation>Wie eine Datei…</translation>
    </message>
    <message>
        <source>Find pictures like a picture or a sound</source>
        <translation>Bilder finden, die einem Bild oder Klang gleichen</translation>
    </message>
    <message>
        <source>Your folders</source>
        <translation>Eigene Ordner</translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation>Ordner hinzufügen</translation>
    </message>
    <message>
        <source>Look through the folder again</source>
        <translation>Ordner erneut durchsuchen</translation>
    </message>
    <message>
        <source>Forget the folder; its files stay</source>
        <translation>Ordner vergessen; seine Dateien bleiben</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Add a folder of your own pictures with +; it is searched with these.</source>
        <translation>Mit + einen Ordner mit eigenen Bildern hinzufügen; er wird mit durchsucht.</translation>
    </message>
    <message>
        <source>Use as reference</source>
        <translation>Als Referenz verwenden</translation>
    </message>
    <message>
        <source>ships with Overtone</source>
        <translation>gehört zu Overtone</translation>
    </message>
</context>
<context>
    <name>MachineWindow</name>
    <message>
        <source>Models and this machine</source>
        <translation>Modelle und dieser Rechner</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>This machine</source>
        <translation>Dieser Rechner</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy what stands here, for a report</source>
        <translation>Kopieren, was hier steht, für einen Bericht</translation>
    </message>
    <message>
        <source>Examine again</source>
        <translation>Erneut prüfen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Assemble</source>
        <translation>Einrichten</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>Wird geprüft…</translation>
    </message>
    <message>
        <source>Not examined</source>
        <translation>Nicht geprüft</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>{0} of {1} files could not be used.</source>
        <translation>{0} von {1} Dateien konnten nicht verwendet werden.</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>Gespeichert als {0}.</translation>
    </message>
    <message>
        <source>Exported as {0}.</source>
        <translation>Exportiert als {0}.</translation>
    </message>
</context>
<context>
    <name>MaskPanel</name>
    <message>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>Red</source>
        <translation>Rot</translation>
    </message>
    <message>
        <source>Green</source>
        <translation>Grün</translation>
    </message>
    <message>
        <source>Blue</source>
        <translation>Blau</translation>
    </message>
    <message>
        <source>Yellow</source>
        <translation>Gelb</translation>
    </message>
    <message>
        <source>Magenta</source>
        <translation>Magenta</translation>
    </message>
    <message>
        <source>White</source>
        <translation>Weiß</translation>
    </message>
    <message>
        <source>Edge</source>
        <translation>Kante</translation>
    </message>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Distance in photo pixels</source>
        <translation>Abstand in Fotopixeln</translation>
    </message>
    <message>
        <source>By how many photo pixels the mask grows, shrinks or softens</source>
        <translation>Um wie viele Fotopixel die Maske wächst, schrumpft oder weicher wird</translation>
    </message>
    <message>
        <source>Shown as</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Show the mask in {0}</source>
        <translation>Maske in {0} zeigen</translation>
    </message>
    <message>
        <source>Opacity of the mask&apos;s colour, in percent</source>
        <translation>Deckkraft der Maskenfarbe in Prozent</translation>
    </message>
    <message>
        <source>Opacity of the mask&apos;s colour</source>
        <translation>Deckkraft der Maskenfarbe</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <source> Mask</source>
        <translation>Maske </translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Copy details</source>
        <translation>Details kopieren</translation>
    </message>
    <message>
        <source>Copy what happened, for a report</source>
        <translation>Kopieren, was geschehen ist, für einen Bericht</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>Meter</name>
    <message>
        <source>Recording level</source>
        <translation>Aufnahmepegel</translation>
    </message>
    <message>
        <source>Recording level, −60 to 0 dB</source>
        <translation>Aufnahmepegel, −60 bis 0 dB</translation>
    </message>
    <message>
        <source>{0} dB</source>
        <translation>{0} dB</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>The engine “{0}” is not ready yet.</source>
        <translation>Die Engine „{0}“ ist noch nicht bereit.</translation>
    </message>
    <message>
        <source>Assembling it takes a few minutes and is needed once.</source>
        <translation>Das Einrichten dauert ein paar Minuten und ist einmal nötig.</translation>
    </message>
    <message>
        <source>Assemble</source>
        <translation>Einrichten</translation>
    </message>
    <message>
        <source>The engine is ready.</source>
        <translation>Die Engine ist bereit.</translation>
    </message>
</context>
<context>
    <name>Navigator</name>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Drag the rectangle to see another part</source>
        <translation>Das Rechteck ziehen, um einen anderen Teil zu sehen</translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>{0} is now {1} in the bin.</source>
        <translation>{0} liegt jetzt als {1} in der Ablage.</translation>
    </message>
    <message>
        <source>Open it as the photo instead</source>
        <translation>Stattdessen als Foto öffnen</translation>
    </message>
</context>
<context>
    <name>OperationEditor</name>
    <message>
        <source>Change the operation</source>
        <translation>Schritt ändern</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>Do</source>
        <translation>Tun</translation>
    </message>
    <message>
        <source>To what</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>With</source>
        <translation>Womit</translation>
    </message>
    <message>
        <source>Becomes</source>
        <translation>Wird zu</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
    <message>
        <source>How much</source>
        <translation>Wie sehr</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Type a command</source>
        <translation>Befehl eingeben</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Commands found</source>
        <translation>Gefundene Befehle</translation>
    </message>
    <message>
        <source>Not possible now</source>
        <translation>Jetzt nicht möglich</translation>
    </message>
</context>
<context>
    <name>Placing</name>
    <message>
        <source>Add {0}</source>
        <translation>{0} hinzufügen</translation>
    </message>
</context>
<context>
    <name>PlanCard</name>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Must appear</source>
        <translation>Muss zu sehen sein</translation>
    </message>
    <message>
        <source>Run this plan</source>
        <translation>Diesen Plan ausführen</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>Say more in the instruction</source>
        <translation>In der Anweisung mehr sagen</translation>
    </message>
    <message>
        <source>Picture {0} of {1}</source>
        <translation>Bild {0} von {1}</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Generation prompt {0}</source>
        <translation>Prompt für Bild {0}</translation>
    </message>
    <message>
        <source>Generation prompt</source>
        <translation>Prompt für das Bild</translation>
    </message>
    <message>
        <source>{0} must appear</source>
        <translation>{0} muss zu sehen sein</translation>
    </message>
    <message>
        <source>Whether {0} must be seen in the result</source>
        <translation>Ob {0} im Ergebnis zu sehen sein muss</translation>
    </message>
    <message>
        <source>Run changed plan</source>
        <translation>Geänderten Plan ausführen</translation>
    </message>
</context>
<context>
    <name>PreferencesWindow</name>
    <message>
        <source>Preferences</source>
        <translation>Voreinstellungen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light, dark, or as the system says</source>
        <translation>Hell, dunkel oder wie das System</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Erscheinungsbild</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Used from the next start</source>
        <translation>Gilt ab dem nächsten Start</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>Per cent of the system’s, 80 to 200</source>
        <translation>Prozent der Größe des Systems, 80 bis 200</translation>
    </message>
    <message>
        <source>Disk for history</source>
        <translation>Platz für Verlauf</translation>
    </message>
    <message>
        <source>Disk for one photo’s history; you are told before more</source>
        <translation>Speicherplatz für den Verlauf eines Fotos; vor mehr wird gewarnt</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>The bundle of models that does the work</source>
        <translation>Das Modellpaket, das die Arbeit macht</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>The language changes with the next start.</source>
        <translation>Die Sprache wechselt mit dem nächsten Start.</translation>
    </message>
</context>
<context>
    <name>ProjectDesk</name>
    <message>
        <source>Edits of photos that you saved before take {0}, more than the {1} meant for them.</source>
        <translation>Bearbeitungen früher gespeicherter Fotos belegen {0}, mehr als die dafür vorgesehenen {1}.</translation>
    </message>
    <message>
        <source>Delete the oldest…</source>
        <translation>Die ältesten löschen…</translation>
    </message>
    <message>
        <source>You edited {0} before; its {1} edits are still there.</source>
        <translation>{0} wurde früher bearbeitet; die {1} Bearbeitungen sind noch da.</translation>
    </message>
    <message>
        <source>Bring them back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>{0} has moved; it was found as {1}.</source>
        <translation>{0} wurde verschoben und als {1} gefunden.</translation>
    </message>
    <message>
        <source>Use it there</source>
        <translation>Dort verwenden</translation>
    </message>
    <message>
        <source>The history takes {0}, more than the {1} meant for it.</source>
        <translation>Der Verlauf belegt {0}, mehr als die dafür vorgesehenen {1}.</translation>
    </message>
    <message>
        <source>Nothing is removed by itself; delete edits that you do not need.</source>
        <translation>Nichts wird von selbst entfernt; nicht benötigte Bearbeitungen bitte löschen.</translation>
    </message>
</context>
<context>
    <name>QueueList</name>
    <message>
        <source>Waiting runs</source>
        <translation>Wartende Läufe</translation>
    </message>
    <message>
        <source>Waiting {0}: {1}</source>
        <translation>Wartet {0}: {1}</translation>
    </message>
    <message>
        <source>Do not run “{0}”</source>
        <translation>„{0}“ nicht ausführen</translation>
    </message>
</context>
<context>
    <name>RecordPanel</name>
    <message>
        <source>Recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>Stop and keep</source>
        <translation>Beenden und behalten</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>End the recording and put it into the bin  (Enter)</source>
        <translation>Aufnahme beenden und in die Ablage legen  (Eingabetaste)</translation>
    </message>
    <message>
        <source>End the recording and forget it  (Esc)</source>
        <translation>Aufnahme beenden und vergessen  (Esc)</translation>
    </message>
    <message>
        <source>Recording {0}</source>
        <translation>Aufnahme {0}</translation>
    </message>
</context>
<context>
    <name>RecoveryBar</name>
    <message>
        <source>Work to restore</source>
        <translation>Wiederherzustellende Arbeit</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Go on where you were</source>
        <translation>Dort weitermachen, wo Sie waren</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Keep it and ask again at the next start</source>
        <translation>Behalten und beim nächsten Start wieder fragen</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen…</translation>
    </message>
    <message>
        <source>Delete this work for good</source>
        <translation>Diese Arbeit endgültig löschen</translation>
    </message>
    <message>
        <source>Overtone was closed while {0} was open. All of it is still there: {1}.</source>
        <translation>Overtone wurde beendet, während {0} geöffnet war. Alles ist noch da: {1}.</translation>
    </message>
    <message>
        <source>Overtone was closed while {0} photos were open. All of it is still there.</source>
        <translation>Overtone wurde beendet, während {0} Fotos geöffnet waren. Alles ist noch da.</translation>
    </message>
    <message>
        <source>{0} · {1}</source>
        <translation>{0} · {1}</translation>
    </message>
    <message>
        <source>mask and references of {0}</source>
        <translation>Maske und Referenzen vom {0}</translation>
    </message>
    <message>
        <source>1 edit, {0}</source>
        <translation>1 Bearbeitung, {0}</translation>
    </message>
    <message>
        <source>{0} edits, {1}</source>
        <translation>{0} Bearbeitungen, {1}</translation>
    </message>
</context>
<context>
    <name>ReferenceDesk</name>
    <message>
        <source>pasted</source>
        <translation>eingefügt</translation>
    </message>
    <message>
        <source>{0} is a folder.</source>
        <translation>{0} ist ein Ordner.</translation>
    </message>
    <message>
        <source>Drop the pictures in it, or add the folder to your library.</source>
        <translation>Die Bilder darin ablegen oder den Ordner in die Bibliothek aufnehmen.</translation>
    </message>
    <message>
        <source>Overtone works offline, so nothing was fetched from {0}.</source>
        <translation>Overtone arbeitet ohne Internet, darum wurde von {0} nichts geholt.</translation>
    </message>
    <message>
        <source>Save the picture to your disk and drop the file, or copy the picture itself and paste it.</source>
        <translation>Das Bild auf dem Rechner speichern und die Datei ablegen, oder das Bild selbst kopieren und einfügen.</translation>
    </message>
    <message>
        <source>Nothing is painted.</source>
        <translation>Nichts ist markiert.</translation>
    </message>
    <message>
        <source>Mark with a brush or a shape what is wanted.</source>
        <translation>Mit einem Pinsel oder einer Form markieren, was gewünscht ist.</translation>
    </message>
    <message>
        <source>part of {0}</source>
        <translation>Teil von {0}</translation>
    </message>
    <message>
        <source>The clipboard holds no picture and no file.</source>
        <translation>Die Zwischenablage enthält weder Bild noch Datei.</translation>
    </message>
    <message>
        <source>{0} is in the bin already.</source>
        <translation>{0} liegt schon in der Ablage.</translation>
    </message>
    <message>
        <source>These are in the bins already: {0}.</source>
        <translation>Diese liegen schon in den Ablagen: {0}.</translation>
    </message>
</context>
<context>
    <name>RegionDesk</name>
    <message>
        <source>Inside the painted mask.</source>
        <translation>Innerhalb der gemalten Maske.</translation>
    </message>
    <message>
        <source>The whole photo.</source>
        <translation>Das ganze Foto.</translation>
    </message>
    <message>
        <source>Looking for “{0}”…</source>
        <translation>„{0}“ wird gesucht…</translation>
    </message>
    <message>
        <source>Outlined: {0}.</source>
        <translation>Umrandet: {0}.</translation>
    </message>
</context>
<context>
    <name>Removing</name>
    <message>
        <source>A result is waiting.</source>
        <translation>Ein Ergebnis wartet.</translation>
    </message>
    <message>
        <source>Accept or discard it first.</source>
        <translation>Zuerst übernehmen oder verwerfen.</translation>
    </message>
    <message>
        <source>An edit is running.</source>
        <translation>Eine Bearbeitung läuft.</translation>
    </message>
    <message>
        <source>Wait for it, or cancel it.</source>
        <translation>Auf sie warten oder sie abbrechen.</translation>
    </message>
    <message>
        <source>what is painted</source>
        <translation>das Übermalte</translation>
    </message>
    <message>
        <source>Remove what is painted</source>
        <translation>Übermaltes entfernen</translation>
    </message>
    <message>
        <source> {0} %</source>
        <translation> {0} %</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Wird entfernt…</translation>
    </message>
</context>
<context>
    <name>ResultBar</name>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Hold to see the photo before</source>
        <translation>Halten, um das Foto vorher zu sehen</translation>
    </message>
    <message>
        <source>Hold to see the photo before  (\)</source>
        <translation>Halten, um das Foto vorher zu sehen  (\)</translation>
    </message>
    <message>
        <source>Try another</source>
        <translation>Neu versuchen</translation>
    </message>
    <message>
        <source>The same plan with another seed</source>
        <translation>Derselbe Plan mit einem anderen Startwert</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Made for another framing. Run it again.</source>
        <translation>Für einen anderen Ausschnitt gemacht. Erneut ausführen.</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>Pictures found</source>
        <translation>Gefundene Bilder</translation>
    </message>
    <message>
        <source>Double-click or drag: use as a reference</source>
        <translation>Doppelklick oder ziehen: als Referenz verwenden</translation>
    </message>
</context>
<context>
    <name>RunBar</name>
    <message>
        <source>Run</source>
        <translation>Ausführen</translation>
    </message>
    <message>
        <source>Plan only</source>
        <translation>Nur planen</translation>
    </message>
    <message>
        <source>Show what would be done, without doing it</source>
        <translation>Zeigen, was getan würde, ohne es zu tun</translation>
    </message>
    <message>
        <source>Variations</source>
        <translation>Varianten</translation>
    </message>
    <message>
        <source>How many results to make, 1 to 4</source>
        <translation>Wie viele Ergebnisse erzeugt werden, 1 bis 4</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop; the photo stays as it is  (Esc)</source>
        <translation>Anhalten; das Foto bleibt, wie es ist  (Esc)</translation>
    </message>
    <message>
        <source>Run next</source>
        <translation>Einreihen</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Beginnt</translation>
    </message>
    <message>
        <source>Run it after the present one  ({0})</source>
        <translation>Nach dem jetzigen ausführen  ({0})</translation>
    </message>
    <message>
        <source>Plan and edit  ({0})</source>
        <translation>Planen und bearbeiten  ({0})</translation>
    </message>
    <message>
        <source> · {0} of {1}</source>
        <translation> · {0} von {1}</translation>
    </message>
</context>
<context>
    <name>Running</name>
    <message>
        <source>Cancelled. The photo is as it was.</source>
        <translation>Abgebrochen. Das Foto ist, wie es war.</translation>
    </message>
    <message>
        <source>{0} of the oldest results were let go to save memory.</source>
        <translation>{0} der ältesten Ergebnisse wurden entfernt, um Speicher zu sparen.</translation>
    </message>
    <message>
        <source>Pin the ones to keep.</source>
        <translation>Was bleiben soll, anheften.</translation>
    </message>
    <message>
        <source>1 other result was dropped.</source>
        <translation>1 weiteres Ergebnis wurde entfernt.</translation>
    </message>
    <message>
        <source>{0} other results were dropped.</source>
        <translation>{0} weitere Ergebnisse wurden entfernt.</translation>
    </message>
    <message>
        <source>Accepting this replaces “{0}”.</source>
        <translation>Wird dies übernommen, ersetzt es „{0}“.</translation>
    </message>
    <message>
        <source>Keep both</source>
        <translation>Beide behalten</translation>
    </message>
</context>
<context>
    <name>Runs</name>
    <message>
        <source>The photo has another size than when “{0}” was asked for.</source>
        <translation>Das Foto hat eine andere Größe als bei „{0}“.</translation>
    </message>
    <message>
        <source>Run it again.</source>
        <translation>Erneut ausführen.</translation>
    </message>
</context>
<context>
    <name>Selecting</name>
    <message>
        <source>Looking for {0}…</source>
        <translation>{0} wird gesucht…</translation>
    </message>
    <message>
        <source>Looking for the object there…</source>
        <translation>Das Objekt dort wird gesucht…</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Opening {0}…</source>
        <translation>{0} wird geöffnet…</translation>
    </message>
    <message>
        <source>Saving {0}…</source>
        <translation>{0} wird gespeichert…</translation>
    </message>
    <message>
        <source>Exporting {0}…</source>
        <translation>{0} wird exportiert…</translation>
    </message>
    <message>
        <source>Reading {0}…</source>
        <translation>{0} wird gelesen…</translation>
    </message>
    <message>
        <source>Reading {0} files…</source>
        <translation>{0} Dateien werden gelesen…</translation>
    </message>
    <message>
        <source>Only the first {0} of {1} files were taken.</source>
        <translation>Nur die ersten {0} von {1} Dateien wurden genommen.</translation>
    </message>
    <message>
        <source>Add the others in smaller lots.</source>
        <translation>Die anderen in kleineren Mengen hinzufügen.</translation>
    </message>
</context>
<context>
    <name>SettingsSheet</name>
    <message>
        <source>Settings of this result</source>
        <translation>Einstellungen dieses Ergebnisses</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Use for the next runs</source>
        <translation>Für die nächsten Läufe nehmen</translation>
    </message>
    <message>
        <source>Instruction: {0}</source>
        <translation>Anweisung: {0}</translation>
    </message>
    <message>
        <source>Engine: {0} on {1}</source>
        <translation>Engine: {0} auf {1}</translation>
    </message>
    <message>
        <source>Seed: {0}</source>
        <translation>Startwert: {0}</translation>
    </message>
    <message>
        <source>Steps: {0}   Keep: {1:g}   Guidance: {2:g}</source>
        <translation>Schritte: {0}   Erhalten: {1:g}   Prompttreue: {2:g}</translation>
    </message>
    <message>
        <source>Sampler: {0}   Subject: {1:g}   Beauty: {2:g}</source>
        <translation>Sampler: {0}   Motivtreue: {1:g}   Ästhetik: {2:g}</translation>
    </message>
    <message>
        <source>{0}: {1:.1f} s</source>
        <translation>{0}: {1:.1f} s</translation>
    </message>
</context>
<context>
    <name>SidePanel</name>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Drop or paste pictures here: a thing to add or to swap in, or a style to take over. Ctrl-drag brings the painted part of the photo.</source>
        <translation>Bilder hier ablegen oder einfügen: etwas zum Hinzufügen oder Austauschen, oder ein Stil zum Übernehmen. Strg+Ziehen bringt den markierten Teil des Fotos.</translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation>Bilder hinzufügen</translation>
    </message>
    <message>
        <source>Open the library</source>
        <translation>Bibliothek öffnen</translation>
    </message>
    <message>
        <source>Sounds</source>
        <translation>Klänge</translation>
    </message>
    <message>
        <source>Drop a sound here to bring in what makes it, or music to set the mood.</source>
        <translation>Einen Klang ablegen, um zu holen, was so klingt, oder Musik, um die Stimmung zu setzen.</translation>
    </message>
    <message>
        <source>Add sounds</source>
        <translation>Klänge hinzufügen</translation>
    </message>
</context>
<context>
    <name>Sight</name>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
</context>
<context>
    <name>SoundDesk</name>
    <message>
        <source>Record a sound</source>
        <translation>Klang aufnehmen</translation>
    </message>
    <message>
        <source>recording</source>
        <translation>Aufnahme</translation>
    </message>
    <message>
        <source>The microphone has gone; what it recorded is kept.</source>
        <translation>Das Mikrofon ist weg; was aufgenommen wurde, bleibt.</translation>
    </message>
</context>
<context>
    <name>SoundPanel</name>
    <message>
        <source>Sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>Close the sound</source>
        <translation>Klang schließen</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Keep this part</source>
        <translation>Diesen Teil behalten</translation>
    </message>
    <message>
        <source>Use only the part between the two handles</source>
        <translation>Nur den Teil zwischen den beiden Griffen verwenden</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>16 bit</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>nicht gespeichert</translation>
    </message>
    <message>
        <source>not assembled</source>
        <translation>nicht eingerichtet</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <source>Engine: {0} · {1}</source>
        <translation>Engine: {0} · {1}</translation>
    </message>
    <message>
        <source>About Overtone and its models</source>
        <translation>Über Overtone und seine Modelle</translation>
    </message>
</context>
<context>
    <name>Steering</name>
    <message>
        <source>Write what to change first.</source>
        <translation>Zuerst schreiben, was sich ändern soll.</translation>
    </message>
    <message>
        <source>The engine is not assembled yet.</source>
        <translation>Die Engine ist noch nicht eingerichtet.</translation>
    </message>
    <message>
        <source>Open a photo first.</source>
        <translation>Zuerst ein Foto öffnen.</translation>
    </message>
    <message>
        <source>&amp;Undo {0}</source>
        <translation>&amp;Rückgängig {0}</translation>
    </message>
    <message>
        <source>R&amp;edo {0}</source>
        <translation>&amp;Wiederholen {0}</translation>
    </message>
</context>
<context>
    <name>TalkDesk</name>
    <message>
        <source>This is the photo after “{0}”.</source>
        <translation>Das ist das Foto nach „{0}“.</translation>
    </message>
    <message>
        <source>Back to now</source>
        <translation>Zurück zu jetzt</translation>
    </message>
</context>
<context>
    <name>Tile</name>
    <message>
        <source>Enter puts its marker into the instruction, F2 renames it, Delete removes it.</source>
        <translation>Eingabetaste setzt die Referenz in die Anweisung, F2 benennt sie um, Entf entfernt sie.</translation>
    </message>
    <message>
        <source>Remove {0}</source>
        <translation>{0} entfernen</translation>
    </message>
    <message>
        <source>Play {0}</source>
        <translation>{0} abspielen</translation>
    </message>
    <message>
        <source>Pause {0}</source>
        <translation>{0} anhalten</translation>
    </message>
    <message>
        <source>hears {0}</source>
        <translation>hört {0}</translation>
    </message>
    <message>
        <source>sees {0}</source>
        <translation>sieht {0}</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>Click or drag: put {0} into the instruction</source>
        <translation>Klicken oder ziehen: {0} in die Anweisung setzen</translation>
    </message>
    <message>
        <source>Put {0} into the Instruction</source>
        <translation>{0} in die Anweisung setzen</translation>
    </message>
    <message>
        <source>Place on the Photo</source>
        <translation>Auf dem Foto platzieren</translation>
    </message>
    <message>
        <source>Listen and Trim…</source>
        <translation>Anhören und zuschneiden…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen…</translation>
    </message>
    <message>
        <source>Meant For</source>
        <translation>Gedacht für</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
</context>
<context>
    <name>ToolBar</name>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Hold to see the photo before</source>
        <translation>Halten, um das Foto vorher zu sehen</translation>
    </message>
    <message>
        <source>Hold to see the photo before  (\)</source>
        <translation>Halten, um das Foto vorher zu sehen  (\)</translation>
    </message>
</context>
<context>
    <name>ToolOptions</name>
    <message>
        <source>Tool options</source>
        <translation>Werkzeugoptionen</translation>
    </message>
    <message>
        <source>Mask: edge, file and colour</source>
        <translation>Maske: Kante, Datei und Farbe</translation>
    </message>
    <message>
        <source>{0} px</source>
        <translation>{0} px</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
    <message>
        <source>Shift adds, Alt takes away, both intersect</source>
        <translation>Umschalt fügt hinzu, Alt nimmt weg, beide bilden die Schnittmenge</translation>
    </message>
    <message>
        <source>Hand</source>
        <translation>Hand</translation>
    </message>
    <message>
        <source>Drag the photo; double-click for fit or 100 %</source>
        <translation>Foto ziehen; Doppelklick für Einpassen oder 100 %</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Paint where to edit; Shift-click draws straight on</source>
        <translation>Zu Bearbeitendes markieren; Umschalt-Klick zieht gerade Linien</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>Radiergummi</translation>
    </message>
    <message>
        <source>Take away from the mask</source>
        <translation>Aus der Maske wegnehmen</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>Polygon</translation>
    </message>
    <message>
        <source>Click the corners; Enter closes, Backspace takes one back</source>
        <translation>Ecken anklicken; Eingabetaste schließt, Rücktaste nimmt eine zurück</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>Rechteck</translation>
    </message>
    <message>
        <source>Shift: square · Alt: from the middle</source>
        <translation>Umschalt: Quadrat · Alt: aus der Mitte</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>Ellipse</translation>
    </message>
    <message>
        <source>Shift: circle · Alt: from the middle</source>
        <translation>Umschalt: Kreis · Alt: aus der Mitte</translation>
    </message>
    <message>
        <source>Select objects</source>
        <translation>Objekte auswählen</translation>
    </message>
    <message>
        <source>Click an object, or name it</source>
        <translation>Objekt anklicken oder nennen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Paint over it; let go, and it is gone</source>
        <translation>Übermalen; beim Loslassen verschwindet es</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Platzieren</translation>
    </message>
    <message>
        <source>Drag it; corners scale, the round handle turns it</source>
        <translation>Ziehen; Ecken skalieren, der runde Griff dreht</translation>
    </message>
    <message>
        <source>Expand</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <source>Drag the frame outwards; Enter fills it</source>
        <translation>Rahmen nach außen ziehen; Eingabetaste füllt ihn</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>Zuschneiden</translation>
    </message>
    <message>
        <source>Drag the frame; beside it, turn the photo; Enter crops</source>
        <translation>Rahmen ziehen; daneben das Foto drehen; Eingabetaste schneidet zu</translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation>Pinselgröße</translation>
    </message>
    <message>
        <source>Brush size in photo pixels  ([ and ])</source>
        <translation>Pinselgröße in Fotopixeln  ([ und ])</translation>
    </message>
    <message>
        <source>Brush hardness</source>
        <translation>Pinselhärte</translation>
    </message>
    <message>
        <source>Hardness: how sharp the brush&apos;s edge is  ({ and })</source>
        <translation>Härte: wie scharf der Rand des Pinsels ist  ({ und })</translation>
    </message>
    <message>
        <source>Pressure</source>
        <translation>Druck</translation>
    </message>
    <message>
        <source>A pen&apos;s pressure sets the size</source>
        <translation>Der Druck des Stifts bestimmt die Größe</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Hardness</source>
        <translation>Härte</translation>
    </message>
    <message>
        <source>New: replace the mask</source>
        <translation>Neu: die Maske ersetzen</translation>
    </message>
    <message>
        <source>Add to the mask  (Shift)</source>
        <translation>Zur Maske hinzufügen  (Umschalt)</translation>
    </message>
    <message>
        <source>Take away from the mask  (Alt)</source>
        <translation>Von der Maske wegnehmen  (Alt)</translation>
    </message>
    <message>
        <source>Keep what both cover  (Shift+Alt)</source>
        <translation>Nur behalten, was beide abdecken  (Umschalt+Alt)</translation>
    </message>
    <message>
        <source>the red boat</source>
        <translation>the red boat</translation>
    </message>
    <message>
        <source>Select by words</source>
        <translation>Mit Worten auswählen</translation>
    </message>
    <message>
        <source>Name what to select, then Enter  (Ctrl+F)</source>
        <translation>Auf Englisch nennen, was ausgewählt werden soll, dann Eingabetaste  (Strg+F)</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>Auswählen</translation>
    </message>
    <message>
        <source>Select what the words name  (Enter)</source>
        <translation>Auswählen, was die Worte nennen  (Eingabetaste)</translation>
    </message>
    <message>
        <source>Mirror the picture  (F)</source>
        <translation>Bild spiegeln  (F)</translation>
    </message>
    <message>
        <source>Turn the picture by 15 degrees  (. and ,)</source>
        <translation>Bild um 15 Grad drehen  (. und ,)</translation>
    </message>
    <message>
        <source>Take the picture off the photo  (Delete)</source>
        <translation>Bild vom Foto nehmen  (Entf)</translation>
    </message>
    <message>
        <source>Put it in</source>
        <translation>Einsetzen</translation>
    </message>
    <message>
        <source>Put the picture into the photo as it lies  (Enter)</source>
        <translation>Das Bild ins Foto einsetzen, wie es liegt  (Eingabetaste)</translation>
    </message>
    <message>
        <source>Ratio of the new frame</source>
        <translation>Seitenverhältnis des neuen Rahmens</translation>
    </message>
    <message>
        <source>Ratio of the new frame, width to height</source>
        <translation>Seitenverhältnis des neuen Rahmens, Breite zu Höhe</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>Frei</translation>
    </message>
    <message>
        <source>A4 upright</source>
        <translation>A4 hochkant</translation>
    </message>
    <message>
        <source>Fill the new frame  (Enter)</source>
        <translation>Den neuen Rahmen füllen  (Eingabetaste)</translation>
    </message>
    <message>
        <source>Reset frame</source>
        <translation>Rahmen zurücksetzen</translation>
    </message>
    <message>
        <source>Let the engine choose again what it sees around the mask</source>
        <translation>Die Engine wieder wählen lassen, was sie um die Maske herum sieht</translation>
    </message>
</context>
<context>
    <name>ToolStrip</name>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
</context>
<context>
    <name>Toolbox</name>
    <message>
        <source>The engine is not assembled yet.</source>
        <translation>Die Engine ist noch nicht eingerichtet.</translation>
    </message>
    <message>
        <source>Add a picture first.</source>
        <translation>Zuerst ein Bild hinzufügen.</translation>
    </message>
</context>
<context>
    <name>Waveform</name>
    <message>
        <source>Waveform</source>
        <translation>Wellenform</translation>
    </message>
    <message>
        <source>Left and Right seek; Shift moves the start, Ctrl the end.</source>
        <translation>Links und Rechts springen; Umschalt verschiebt den Anfang, Strg das Ende.</translation>
    </message>
    <message>
        <source>Click to seek, drag the ends to trim.
{0}</source>
        <translation>Klicken springt, die Enden ziehen schneidet zu.
{0}</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Drop a photo here</source>
        <translation>Ein Foto hier ablegen</translation>
    </message>
    <message>
        <source>Then say what to change, in words, pictures and sounds.
Everything stays on this machine; the original is never touched.</source>
        <translation>Dann in Worten, Bildern und Klängen sagen, was sich ändern soll.
Alles bleibt auf diesem Rechner; das Original bleibt unberührt.</translation>
    </message>
    <message>
        <source>Open a photo…</source>
        <translation>Foto öffnen…</translation>
    </message>
    <message>
        <source>Open the sample</source>
        <translation>Beispiel öffnen</translation>
    </message>
</context>
<context>
    <name>Wishes</name>
    <message>
        <source>Putting the picture together…</source>
        <translation>Das Bild wird zusammengesetzt…</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>&amp;Open a Photo…</source>
        <translation>Foto ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Open the Sa&amp;mple</source>
        <translation>Beispiel öff&amp;nen</translation>
    </message>
    <message>
        <source>Add &amp;Pictures…</source>
        <translation>B&amp;ilder hinzufügen…</translation>
    </message>
    <message>
        <source>Add So&amp;unds…</source>
        <translation>&amp;Klänge hinzufügen…</translation>
    </message>
    <message>
        <source>Cop&amp;y the Picture</source>
        <translation>Bild &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;Paste as Reference</source>
        <translation>Als Referenz ein&amp;fügen</translation>
    </message>
    <message>
        <source>&amp;Library…</source>
        <translation>Bib&amp;liothek…</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Save &amp;As…</source>
        <translation>Speichern &amp;unter…</translation>
    </message>
    <message>
        <source>Save Pro&amp;ject</source>
        <translation>&amp;Projekt speichern</translation>
    </message>
    <message>
        <source>Save Project As…</source>
        <translation>Projekt speichern unter…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Hand</source>
        <translation>&amp;Hand</translation>
    </message>
    <message>
        <source>&amp;Brush</source>
        <translation>&amp;Pinsel</translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation>&amp;Radiergummi</translation>
    </message>
    <message>
        <source>&amp;Lasso</source>
        <translation>&amp;Lasso</translation>
    </message>
    <message>
        <source>&amp;Polygon</source>
        <translation>Pol&amp;ygon</translation>
    </message>
    <message>
        <source>&amp;Rectangle</source>
        <translation>R&amp;echteck</translation>
    </message>
    <message>
        <source>Select &amp;Objects</source>
        <translation>&amp;Objekte auswählen</translation>
    </message>
    <message>
        <source>Re&amp;move Brush</source>
        <translation>E&amp;ntfernen-Pinsel</translation>
    </message>
    <message>
        <source>E&amp;xpand the Frame</source>
        <translation>Rah&amp;men erweitern</translation>
    </message>
    <message>
        <source>&amp;Smaller Brush</source>
        <translation>&amp;Kleinerer Pinsel</translation>
    </message>
    <message>
        <source>Swi&amp;tch Add and Erase</source>
        <translation>Hinzufügen und Radieren tau&amp;schen</translation>
    </message>
    <message>
        <source>Select by &amp;Words</source>
        <translation>Mit &amp;Worten auswählen</translation>
    </message>
    <message>
        <source>&amp;Grow Mask</source>
        <translation>Maske &amp;vergrößern</translation>
    </message>
    <message>
        <source>Shrin&amp;k Mask</source>
        <translation>Maske ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Feather Mask</source>
        <translation>Maske weich&amp;zeichnen</translation>
    </message>
    <message>
        <source>R&amp;edo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Ell&amp;ipse</source>
        <translation>Ell&amp;ipse</translation>
    </message>
    <message>
        <source>Place the Pi&amp;cture</source>
        <translation>Bild pla&amp;tzieren</translation>
    </message>
    <message>
        <source>Crop a&amp;nd Straighten</source>
        <translation>&amp;Zuschneiden und ausrichten</translation>
    </message>
    <message>
        <source>Lar&amp;ger Brush</source>
        <translation>&amp;Größerer Pinsel</translation>
    </message>
    <message>
        <source>So&amp;fter Brush</source>
        <translation>&amp;Weicherer Pinsel</translation>
    </message>
    <message>
        <source>H&amp;arder Brush</source>
        <translation>H&amp;ärterer Pinsel</translation>
    </message>
    <message>
        <source>O&amp;pen Mask…</source>
        <translation>Maske ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Save M&amp;ask…</source>
        <translation>Maske &amp;speichern…</translation>
    </message>
    <message>
        <source>Rese&amp;t the Context Frame</source>
        <translation>K&amp;ontextrahmen zurücksetzen</translation>
    </message>
    <message>
        <source>Use Painted Part as &amp;Reference</source>
        <translation>Markierten Teil als &amp;Referenz</translation>
    </message>
    <message>
        <source>&amp;Invert Mask</source>
        <translation>Maske &amp;umkehren</translation>
    </message>
    <message>
        <source>&amp;Clear Mask</source>
        <translation>Maske &amp;löschen</translation>
    </message>
    <message>
        <source>Show &amp;Mask</source>
        <translation>Maske zei&amp;gen</translation>
    </message>
    <message>
        <source>&amp;Fit in Window</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation>&amp;100 %</translation>
    </message>
    <message>
        <source>Zoom &amp;In</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <source>Zoom &amp;Out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>See &amp;Before</source>
        <translation>&amp;Vorher zeigen</translation>
    </message>
    <message>
        <source>&amp;Split Before and After</source>
        <translation>Vorher und nachher ge&amp;teilt</translation>
    </message>
    <message>
        <source>Before and After Si&amp;de by Side</source>
        <translation>Vorher und nachher &amp;nebeneinander</translation>
    </message>
    <message>
        <source>&amp;Histogram</source>
        <translation>&amp;Histogramm</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Ausführen</translation>
    </message>
    <message>
        <source>P&amp;lan Only</source>
        <translation>Nur &amp;planen</translation>
    </message>
    <message>
        <source>Free the &amp;Engine’s Memory</source>
        <translation>Speicher der Engine &amp;freigeben</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>Abbre&amp;chen</translation>
    </message>
    <message>
        <source>&amp;Accept Result</source>
        <translation>Ergebnis ü&amp;bernehmen</translation>
    </message>
    <message>
        <source>&amp;Discard Result</source>
        <translation>Ergebnis &amp;verwerfen</translation>
    </message>
    <message>
        <source>&amp;Next Result</source>
        <translation>&amp;Nächstes Ergebnis</translation>
    </message>
    <message>
        <source>Pre&amp;vious Result</source>
        <translation>V&amp;origes Ergebnis</translation>
    </message>
    <message>
        <source>Go to the &amp;Instruction</source>
        <translation>Zur Anweisun&amp;g</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren…</translation>
    </message>
    <message>
        <source>De&amp;velop…</source>
        <translation>Ent&amp;wickeln…</translation>
    </message>
    <message>
        <source>Prefere&amp;nces…</source>
        <translation>&amp;Voreinstellungen…</translation>
    </message>
    <message>
        <source>&amp;Find a Command…</source>
        <translation>Befehl &amp;suchen…</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modelle…</translation>
    </message>
    <message>
        <source>&amp;This Machine…</source>
        <translation>&amp;Dieser Rechner…</translation>
    </message>
    <message>
        <source>First &amp;Steps</source>
        <translation>&amp;Erste Schritte</translation>
    </message>
    <message>
        <source>Open &amp;Recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;About Overtone and Its Models</source>
        <translation>&amp;Über Overtone und seine Modelle</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>&amp;Werkzeuge</translation>
    </message>
    <message>
        <source>&amp;Mask</source>
        <translation>&amp;Maske</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
</context>
<context>
    <name>dialogs</name>
    <message>
        <source>Open a photo or a project</source>
        <translation>Foto oder Projekt öffnen</translation>
    </message>
    <message>
        <source>Photos and projects ({0})</source>
        <translation>Fotos und Projekte ({0})</translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation>Bilder hinzufügen</translation>
    </message>
    <message>
        <source>Add sounds</source>
        <translation>Klänge hinzufügen</translation>
    </message>
    <message>
        <source>Open a mask: white where to edit</source>
        <translation>Maske öffnen: weiß, wo bearbeitet werden soll</translation>
    </message>
    <message>
        <source>Save the photo</source>
        <translation>Foto speichern</translation>
    </message>
    <message>
        <source>Export as {0}</source>
        <translation>Als {0} exportieren</translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation>Ungespeicherte Änderungen</translation>
    </message>
    <message>
        <source>Save the changes to {0}?</source>
        <translation>Änderungen an {0} speichern?</translation>
    </message>
    <message>
        <source>Accept and Save</source>
        <translation>Übernehmen und speichern</translation>
    </message>
    <message>
        <source>Save Without It</source>
        <translation>Ohne Ergebnis speichern</translation>
    </message>
    <message>
        <source>A result waits to be accepted.</source>
        <translation>Ein Ergebnis wartet darauf, übernommen zu werden.</translation>
    </message>
    <message>
        <source>A result waits to be accepted. Is it to be in the file?</source>
        <translation>Ein Ergebnis wartet darauf, übernommen zu werden. Soll es in die Datei?</translation>
    </message>
    <message>
        <source>Accept and Export</source>
        <translation>Übernehmen und exportieren</translation>
    </message>
    <message>
        <source>Export Without It</source>
        <translation>Ohne Ergebnis exportieren</translation>
    </message>
    <message>
        <source>A result waits</source>
        <translation>Ein Ergebnis wartet</translation>
    </message>
    <message>
        <source>Save the project (about {0})</source>
        <translation>Projekt speichern (etwa {0})</translation>
    </message>
    <message>
        <source>Overtone projects ({0})</source>
        <translation>Overtone-Projekte ({0})</translation>
    </message>
    <message>
        <source>Delete the work</source>
        <translation>Arbeit löschen</translation>
    </message>
    <message>
        <source>Delete the edits of {0} for good? The photo itself stays.</source>
        <translation>Die Bearbeitungen von {0} endgültig löschen? Das Foto selbst bleibt.</translation>
    </message>
    <message>
        <source>Add a folder to the library</source>
        <translation>Ordner zur Bibliothek hinzufügen</translation>
    </message>
    <message>
        <source>Find pictures like this file</source>
        <translation>Bilder wie diese Datei finden</translation>
    </message>
    <message>
        <source>Pictures and sounds ({0})</source>
        <translation>Bilder und Klänge ({0})</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Pictures ({0})</source>
        <translation>Bilder ({0})</translation>
    </message>
    <message>
        <source>Sounds ({0})</source>
        <translation>Klänge ({0})</translation>
    </message>
</context>
<context>
    <name>presets</name>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>Stil</translation>
    </message>
    <message>
        <source>Mood</source>
        <translation>Stimmung</translation>
    </message>
    <message>
        <source>Adjust</source>
        <translation>Anpassen</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Resize</source>
        <translation>Skalieren</translation>
    </message>
    <message>
        <source>Expand</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Restaurieren</translation>
    </message>
    <message>
        <source>Story</source>
        <translation>Geschichte</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
</context>
<context>
    <name>runs</name>
    <message>
        <source>{0} stands in the instruction, but there is no such reference.</source>
        <translation>{0} steht in der Anweisung, aber diese Referenz gibt es nicht.</translation>
    </message>
    <message>
        <source>Add a picture or sound, or delete the marker.</source>
        <translation>Ein Bild oder einen Klang hinzufügen oder den Verweis löschen.</translation>
    </message>
    <message>
        <source>{0} is no longer there.</source>
        <translation>{0} ist nicht mehr da.</translation>
    </message>
    <message>
        <source>Remove {0} and add the file again.</source>
        <translation>{0} entfernen und die Datei neu hinzufügen.</translation>
    </message>
</context>
<context>
    <name>wording</name>
    <message>
        <source>whole photo</source>
        <translation>ganzes Foto</translation>
    </message>
    <message>
        <source>add {0}</source>
        <translation>{0} hinzufügen</translation>
    </message>
    <message>
        <source>replace {0} → {1}</source>
        <translation>{0} ersetzen → {1}</translation>
    </message>
    <message>
        <source>background → {0}</source>
        <translation>Hintergrund → {0}</translation>
    </message>
    <message>
        <source>remove {0}</source>
        <translation>{0} entfernen</translation>
    </message>
    <message>
        <source>move {0}</source>
        <translation>{0} verschieben</translation>
    </message>
    <message>
        <source>resize {0}</source>
        <translation>{0} skalieren</translation>
    </message>
    <message>
        <source>style of {0} → {1}</source>
        <translation>Stil: {0} → {1}</translation>
    </message>
    <message>
        <source>mood of {0} → {1}</source>
        <translation>Stimmung: {0} → {1}</translation>
    </message>
    <message>
        <source>adjust {0} → {1}</source>
        <translation>anpassen: {0} → {1}</translation>
    </message>
    <message>
        <source>expand the frame</source>
        <translation>Rahmen erweitern</translation>
    </message>
    <message>
        <source>make {0}</source>
        <translation>{0} erzeugen</translation>
    </message>
    <message>
        <source>make a variation</source>
        <translation>Variante erzeugen</translation>
    </message>
    <message>
        <source>restore {0}</source>
        <translation>{0} restaurieren</translation>
    </message>
    <message>
        <source>describe {0}</source>
        <translation>{0} beschreiben</translation>
    </message>
    <message>
        <source>fill {0}</source>
        <translation>{0} füllen</translation>
    </message>
    <message>
        <source>Anything</source>
        <translation>Beliebiges</translation>
    </message>
    <message>
        <source>Mood</source>
        <translation>Stimmung</translation>
    </message>
    <message>
        <source>The thing that sounds</source>
        <translation>Das, was klingt</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>Motivtreue</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>Stil</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Loading the engine</source>
        <translation>Engine wird geladen</translation>
    </message>
    <message>
        <source>Assembling the engine</source>
        <translation>Engine wird eingerichtet</translation>
    </message>
    <message>
        <source>Looking and listening</source>
        <translation>Sieht und hört hin</translation>
    </message>
    <message>
        <source>Planning</source>
        <translation>Plant</translation>
    </message>
    <message>
        <source>Refining the idea</source>
        <translation>Verfeinert die Idee</translation>
    </message>
    <message>
        <source>Finding the place</source>
        <translation>Sucht die Stelle</translation>
    </message>
    <message>
        <source>Drafting</source>
        <translation>Entwirft</translation>
    </message>
    <message>
        <source>Painting</source>
        <translation>Malt</translation>
    </message>
    <message>
        <source>Restoring detail</source>
        <translation>Stellt Details wieder her</translation>
    </message>
    <message>
        <source>Putting it into the photo</source>
        <translation>Setzt es ins Foto</translation>
    </message>
    <message>
        <source>about {0} s left</source>
        <translation>noch etwa {0} s</translation>
    </message>
    <message>
        <source>about {0} min left</source>
        <translation>noch etwa {0} min</translation>
    </message>
    <message>
        <source>Brush Stroke</source>
        <translation>Pinselstrich</translation>
    </message>
    <message>
        <source>Eraser Stroke</source>
        <translation>Radieren</translation>
    </message>
    <message>
        <source>Clear Mask</source>
        <translation>Maske löschen</translation>
    </message>
    <message>
        <source>Invert Mask</source>
        <translation>Maske umkehren</translation>
    </message>
    <message>
        <source>Selected Area</source>
        <translation>Bereich auswählen</translation>
    </message>
    <message>
        <source>Selected by Words</source>
        <translation>Auswahl mit Worten</translation>
    </message>
    <message>
        <source>Selected Object</source>
        <translation>Objekt auswählen</translation>
    </message>
    <message>
        <source>Grow Mask</source>
        <translation>Maske vergrößern</translation>
    </message>
    <message>
        <source>Shrink Mask</source>
        <translation>Maske verkleinern</translation>
    </message>
    <message>
        <source>Feather Mask</source>
        <translation>Maske weichzeichnen</translation>
    </message>
    <message>
        <source>Mask from File</source>
        <translation>Maske aus Datei</translation>
    </message>
    <message>
        <source>Accepted Edit</source>
        <translation>Bearbeitung übernehmen</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>Zuschneiden</translation>
    </message>
    <message>
        <source>Hidden Edit</source>
        <translation>Bearbeitung ausblenden</translation>
    </message>
    <message>
        <source>Shown Edit</source>
        <translation>Bearbeitung einblenden</translation>
    </message>
    <message>
        <source>Opacity of an Edit</source>
        <translation>Deckkraft einer Bearbeitung</translation>
    </message>
    <message>
        <source>Deleted Edit</source>
        <translation>Bearbeitung löschen</translation>
    </message>
    <message>
        <source>Edit Run Again</source>
        <translation>Bearbeitung erneut ausführen</translation>
    </message>
    <message>
        <source>Mask of an Edit</source>
        <translation>Maske einer Bearbeitung</translation>
    </message>
    <message>
        <source>Added References</source>
        <translation>Referenzen hinzufügen</translation>
    </message>
    <message>
        <source>Removed Reference</source>
        <translation>Referenz entfernen</translation>
    </message>
    <message>
        <source>Renamed Reference</source>
        <translation>Referenz umbenennen</translation>
    </message>
    <message>
        <source>Reference’s Role</source>
        <translation>Rolle der Referenz</translation>
    </message>
    <message>
        <source>Trimmed Sound</source>
        <translation>Klang zuschneiden</translation>
    </message>
    <message>
        <source>{0} MB</source>
        <translation>{0} MB</translation>
    </message>
    <message>
        <source>{0:.2g} GB</source>
        <translation>{0:.2g} GB</translation>
    </message>
</context>
</TS>
