<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>About</name>
    <message>
        <source>About Overtone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A photo editor told what to do in words, pictures and sounds, on your own machine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assemble</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ready</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Around</name>
    <message>
        <source>The engine is at work; its memory is freed when nothing runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine’s memory is free; the next run loads it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture is on the clipboard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} was developed as the camera saw it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Develop Differently…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget These</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Bin</name>
    <message>
        <source>New name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enter takes the name, Esc keeps the old one</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paint with the brush to mark where to edit. Arrow keys move the view.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>{0}
Click to change it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Chips</name>
    <message>
        <source>photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>#{0} is not there</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Completion</name>
    <message>
        <source>References that fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the photo itself</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ContextFrame</name>
    <message>
        <source>What the engine sees: {0} × {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>Conversation</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CropOptions</name>
    <message>
        <source>Shape of the frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shape of the frame, width to height</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swap width and height of the frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn the photo left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn the photo right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Straighten</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Straighten: turn the photo under the frame  (. and ,)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Degrees to straighten by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Degrees to straighten by, clockwise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep what is in the frame  (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Cropping</name>
    <message>
        <source>A result is waiting.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept or discard it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An edit is running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for it, or cancel it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo is still changing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait until that is done, then crop.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Straighten by {0}°</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crop to {0}, straightened by {1}°</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crop to {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn upside down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DevelopWindow</name>
    <message>
        <source>Develop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the camera noted it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Judged from the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Daylight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>White balance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What counts as white</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brighter or darker, -3 to 3 stops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo is opened anew; edits belong to the picture as it was developed before.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EditRow</name>
    <message>
        <source>Run again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit Its &amp;Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Run Again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show &amp;Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit without words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show this edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide this edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More for: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mask, run again, settings, delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings, delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opacity in percent: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An edit that changes the picture’s size is shown wholly or not at all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opacity of this edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made on another picture than the one below it now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run again: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this edit anew on the picture below it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept {0} × {1} of {2} × {3} pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turned by {0}°, straightened by {1}°</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine {0} · seed {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps {0} · keep {1:g} · guidance {2:g}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changed {0} × {1} pixels</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExchangeView</name>
    <message>
        <source>Write this again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At work…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waits for you to accept it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discarded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at this result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See the photo as it was after this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this result again, with the same seed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Expanding</name>
    <message>
        <source>Expand the frame</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Expert</name>
    <message>
        <source>Settings for experts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine, seed, and how the picture is made</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine “{0}” has no diffusion decoder; what is grey here changes nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine “{0}” has no refinement prior; this changes nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lock the seed: every run starts from the same one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take a seed at random</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Few steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As fits the edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decode and restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the defaults, which suit most edits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow depth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow a sketch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wish weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prior weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The bundle of models that does the work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What chance starts from; the same seed gives the same picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Denoising steps, 1 to 1000; more take longer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the photo’s structure stays, 0 (none) to 1 (all)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How closely the prompt is followed, 0 to 30</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subject</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How closely a reference’s subject is kept, 0 to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How noise is taken away step by step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After the draft</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which steps follow a draft, where the engine has them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How strongly, 0 (off) to 2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its share in the refined idea, 0 to 2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beauty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wanted aesthetic score, 1 to 10</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportWindow</name>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8 bit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>16 bit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All but where it was taken (GPS)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say that the photo was edited, and how</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 (small file) to 100 (best); as the photo, JPEG blocks that no edit touched stay as they are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What kind of file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Depth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits for each colour of a pixel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour profile of the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Long side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scaled down to so many pixels at most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera, date, place and captions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes the edits into the file’s metadata, for those who look</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} × {1} pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> · this type holds 8 of the photo’s 16 bits</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lacking</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not there, and not needed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FilmStrip</name>
    <message>
        <source>Results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pin: keep this result when another is accepted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare others with this result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run again with the same seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show this result’s settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reject this result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Frame</name>
    <message>
        <source>Result {0}, seed {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, pinned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, compared with</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HintBar</name>
    <message>
        <source>First steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the first steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1  Say what to change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>2  Run, and look at the result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>3  Accept it, or try another</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Histogram</name>
    <message>
        <source>Histogram</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clipped shadows: {0}
Clipped highlights: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>red {0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>green {0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>blue {0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistoryDesk</name>
    <message>
        <source>A result is waiting. Accept or discard it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An edit is running. Wait for it, or cancel it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crops and turns of that picture went with it. Undo brings them back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the mask, then run the edit again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words said where this edit acts. Paint a mask, then run the edit again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This edit has no mask of this picture’s size. Paint one, then run the edit again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mask does not fit the picture below this edit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A crop or turn lies above this edit. Hide that first, then edit the mask.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all edits below it, or paint a mask on that picture.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>History</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk that the history takes. Nothing is removed without asking you.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edits you accept are listed here. Each can be hidden, made paler, run again or deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Original, {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>InstructionBox</name>
    <message>
        <source>Instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say what to change: “remove the boat”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>@ or [ names a reference; Up brings back what you said before</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>InstructionHead</name>
    <message>
        <source>Instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin an instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent instructions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget These</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryDesk</name>
    <message>
        <source>Everything in the library; drag a picture to its place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Named like “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Most like “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for pictures like {0}…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Most like {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing in the library has that name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>  {0} of {1} are shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the bin as {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking through {0}…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryWindow</name>
    <message>
        <source>Library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search by words, or drop a picture or a sound here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Like a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find pictures like a picture or a sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your folders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look through the folder again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget the folder; its files stay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a folder of your own pictures with +; it is searched with these.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use as reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ships with Overtone</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MachineWindow</name>
    <message>
        <source>Models and this machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy what stands here, for a report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Examine again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assemble</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not examined</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>{0} of {1} files could not be used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exported as {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MaskPanel</name>
    <message>
        <source>Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Red</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Green</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yellow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Magenta</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>White</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance in photo pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By how many photo pixels the mask grows, shrinks or softens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shown as</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the mask in {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opacity of the mask&apos;s colour, in percent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opacity of the mask&apos;s colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> Mask</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Copy details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy what happened, for a report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Meter</name>
    <message>
        <source>Recording level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording level, −60 to 0 dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} dB</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>The engine “{0}” is not ready yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assembling it takes a few minutes and is needed once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assemble</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine is ready.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Navigator</name>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the rectangle to see another part</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>{0} is now {1} in the bin.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open it as the photo instead</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OperationEditor</name>
    <message>
        <source>Change the operation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To what</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Becomes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not possible now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Placing</name>
    <message>
        <source>Add {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PlanCard</name>
    <message>
        <source>Plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Must appear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run this plan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Say more in the instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Picture {0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generation prompt {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Generation prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} must appear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether {0} must be seen in the result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run changed plan</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PreferencesWindow</name>
    <message>
        <source>Preferences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light, dark, or as the system says</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Used from the next start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Per cent of the system’s, 80 to 200</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk for history</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk for one photo’s history; you are told before more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The bundle of models that does the work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language changes with the next start.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProjectDesk</name>
    <message>
        <source>Edits of photos that you saved before take {0}, more than the {1} meant for them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the oldest…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You edited {0} before; its {1} edits are still there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bring them back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has moved; it was found as {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The history takes {0}, more than the {1} meant for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is removed by itself; delete edits that you do not need.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QueueList</name>
    <message>
        <source>Waiting runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting {0}: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not run “{0}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecordPanel</name>
    <message>
        <source>Recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop and keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the recording and put it into the bin  (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the recording and forget it  (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recording {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecoveryBar</name>
    <message>
        <source>Work to restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on where you were</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep it and ask again at the next start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete this work for good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overtone was closed while {0} was open. All of it is still there: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overtone was closed while {0} photos were open. All of it is still there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} · {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mask and references of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 edit, {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} edits, {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReferenceDesk</name>
    <message>
        <source>pasted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop the pictures in it, or add the folder to your library.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overtone works offline, so nothing was fetched from {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the picture to your disk and drop the file, or copy the picture itself and paste it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is painted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mark with a brush or a shape what is wanted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>part of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clipboard holds no picture and no file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is in the bin already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These are in the bins already: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RegionDesk</name>
    <message>
        <source>Inside the painted mask.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The whole photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for “{0}”…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outlined: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Removing</name>
    <message>
        <source>A result is waiting.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept or discard it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An edit is running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait for it, or cancel it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what is painted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove what is painted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> {0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ResultBar</name>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold to see the photo before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold to see the photo before  (\)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try another</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same plan with another seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made for another framing. Run it again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>Pictures found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double-click or drag: use as a reference</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunBar</name>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what would be done, without doing it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Variations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many results to make, 1 to 4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop; the photo stays as it is  (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run it after the present one  ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plan and edit  ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> · {0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Running</name>
    <message>
        <source>Cancelled. The photo is as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of the oldest results were let go to save memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pin the ones to keep.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 other result was dropped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} other results were dropped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accepting this replaces “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep both</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Runs</name>
    <message>
        <source>The photo has another size than when “{0}” was asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run it again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Selecting</name>
    <message>
        <source>Looking for {0}…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for the object there…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Opening {0}…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving {0}…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exporting {0}…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading {0}…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading {0} files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the first {0} of {1} files were taken.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the others in smaller lots.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsSheet</name>
    <message>
        <source>Settings of this result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use for the next runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instruction: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine: {0} on {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps: {0}   Keep: {1:g}   Guidance: {2:g}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sampler: {0}   Subject: {1:g}   Beauty: {2:g}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: {1:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SidePanel</name>
    <message>
        <source>Pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop or paste pictures here: a thing to add or to swap in, or a style to take over. Ctrl-drag brings the painted part of the photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sounds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a sound here to bring in what makes it, or music to set the mood.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add sounds</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sight</name>
    <message>
        <source>After</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SoundDesk</name>
    <message>
        <source>Record a sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The microphone has gone; what it recorded is kept.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SoundPanel</name>
    <message>
        <source>Sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use only the part between the two handles</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>16 bit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not assembled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Engine: {0} · {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About Overtone and its models</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Steering</name>
    <message>
        <source>Write what to change first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The engine is not assembled yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a photo first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>R&amp;edo {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TalkDesk</name>
    <message>
        <source>This is the photo after “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Tile</name>
    <message>
        <source>Enter puts its marker into the instruction, F2 renames it, Delete removes it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hears {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sees {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click or drag: put {0} into the instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put {0} into the Instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place on the Photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Listen and Trim…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meant For</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ToolBar</name>
    <message>
        <source>Tools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold to see the photo before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold to see the photo before  (\)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ToolOptions</name>
    <message>
        <source>Tool options</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mask: edge, file and colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift adds, Alt takes away, both intersect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the photo; double-click for fit or 100 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paint where to edit; Shift-click draws straight on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take away from the mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click the corners; Enter closes, Backspace takes one back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift: square · Alt: from the middle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift: circle · Alt: from the middle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select objects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click an object, or name it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paint over it; let go, and it is gone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag it; corners scale, the round handle turns it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the frame outwards; Enter fills it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the frame; beside it, turn the photo; Enter crops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brush size in photo pixels  ([ and ])</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brush hardness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hardness: how sharp the brush&apos;s edge is  ({ and })</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pressure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A pen&apos;s pressure sets the size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hardness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New: replace the mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add to the mask  (Shift)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take away from the mask  (Alt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep what both cover  (Shift+Alt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the red boat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select by words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name what to select, then Enter  (Ctrl+F)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select what the words name  (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mirror the picture  (F)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn the picture by 15 degrees  (. and ,)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the picture off the photo  (Delete)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put it in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the picture into the photo as it lies  (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ratio of the new frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ratio of the new frame, width to height</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A4 upright</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fill the new frame  (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the engine choose again what it sees around the mask</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ToolStrip</name>
    <message>
        <source>Tools</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Toolbox</name>
    <message>
        <source>The engine is not assembled yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a picture first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Waveform</name>
    <message>
        <source>Waveform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and Right seek; Shift moves the start, Ctrl the end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to seek, drag the ends to trim.
{0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Drop a photo here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then say what to change, in words, pictures and sounds.
Everything stays on this machine; the original is never touched.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a photo…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the sample</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Wishes</name>
    <message>
        <source>Putting the picture together…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>&amp;Open a Photo…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the Sa&amp;mple</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add &amp;Pictures…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add So&amp;unds…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cop&amp;y the Picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste as Reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Library…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save &amp;As…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save Pro&amp;ject</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save Project As…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Lasso</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Polygon</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Rectangle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select &amp;Objects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re&amp;move Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E&amp;xpand the Frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Smaller Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swi&amp;tch Add and Erase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select by &amp;Words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Grow Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shrin&amp;k Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Feather Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>R&amp;edo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ell&amp;ipse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place the Pi&amp;cture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crop a&amp;nd Straighten</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lar&amp;ger Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>So&amp;fter Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>H&amp;arder Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>O&amp;pen Mask…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save M&amp;ask…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rese&amp;t the Context Frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use Painted Part as &amp;Reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Invert Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Clear Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show &amp;Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Fit in Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;In</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;Out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See &amp;Before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Split Before and After</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before and After Si&amp;de by Side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Histogram</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;lan Only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free the &amp;Engine’s Memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Accept Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Discard Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre&amp;vious Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to the &amp;Instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>De&amp;velop…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prefere&amp;nces…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Find a Command…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;This Machine…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First &amp;Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;Recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About Overtone and Its Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>dialogs</name>
    <message>
        <source>Open a photo or a project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos and projects ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add sounds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a mask: white where to edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export as {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the changes to {0}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept and Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save Without It</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A result waits to be accepted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A result waits to be accepted. Is it to be in the file?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept and Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export Without It</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A result waits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the project (about {0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overtone projects ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the edits of {0} for good? The photo itself stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a folder to the library</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find pictures like this file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures and sounds ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sounds ({0})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>presets</name>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Style</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mood</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adjust</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resize</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Expand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Story</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>runs</name>
    <message>
        <source>{0} stands in the instruction, but there is no such reference.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a picture or sound, or delete the marker.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is no longer there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {0} and add the file again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>wording</name>
    <message>
        <source>whole photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>add {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>replace {0} → {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>background → {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>remove {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>move {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>resize {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>style of {0} → {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mood of {0} → {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>adjust {0} → {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>expand the frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>make {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>make a variation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>restore {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>describe {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fill {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Anything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mood</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The thing that sounds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Subject</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Style</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assembling the engine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking and listening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Planning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Refining the idea</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finding the place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drafting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Painting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restoring detail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Putting it into the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {0} s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {0} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brush Stroke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Eraser Stroke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Invert Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selected Area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selected by Words</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Selected Object</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grow Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shrink Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Feather Mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mask from File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accepted Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Crop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hidden Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shown Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opacity of an Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deleted Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit Run Again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mask of an Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added References</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removed Reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Renamed Reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reference’s Role</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trimmed Sound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.2g} GB</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
