"""What every training stage shares: recipe, loop, draws, checkpoints, curves, low-rank additions.

``loop.train`` reads top to bottom; a stage says what is learnt from, which parameters train and by which loss.
"""
