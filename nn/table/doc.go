// Package table turns a user's data into points. It reads a table from text (comma, tab, semicolon,
// bar or space separated values, or JSON), takes the columns for x, y and label, scales them to
// [-1, 1], and writes points back in their original units.
//
// [Parse] turns text into cells, [Convert] turns cells into points. The [Meta] of the points stays
// with them: the scaling of each axis and the names of the classes.
//
// A mistake in a table is an [*Error], which names the line of the text and the column. No function
// modifies its arguments.
package table
