// Package table turns people's own data into points: it reads a table from text (comma, tab,
// semicolon, bar or space separated values, or JSON), takes the columns that are to be x, y and
// label, brings them to [-1, 1], and writes points back in the units they came in.
//
// [Parse] knows only of text and cells, [Convert] only of cells and points. What goes with the
// points from then on is their [Meta]: how each axis was scaled, and what the classes are called.
//
// What is wrong with a table is an [*Error] that says the line of the text and the column. No
// function modifies what it is given.
package table
