package table

// cellWork is how many bytes a cell counts as that is looked at once more.
const cellWork = 16
