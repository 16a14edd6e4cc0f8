// Registers the view of this folder.
