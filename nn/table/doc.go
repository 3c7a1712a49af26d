// Package table turns a user's data into points. It reads a table from the bytes of a file (lines of
// cells, JSON in many forms, or ARFF), takes the columns for x, y and label, scales them to [-1, 1],
// and writes points back in their original units.
//
// [Parse] turns bytes into cells, [Convert] turns cells into points. What [Options] and [Choice] leave
// open they decide from all rows, and say so as [Decision] with a reason. Each decision has its file:
// encoding.go, binary.go, format.go, comments.go, lines.go, align.go (titles), separator.go, decimal.go, header.go,
// columns.go (x, y and label), rows.go (missing values), values.go (the task) and sample.go.
//
// The [Meta] of the points stays with them: the scaling of each axis and the names of the classes.
//
// No row is lost in silence: a table has all rows of its text but those that are counted as [Skipped],
// and an [Import] counts those that made no point. A mistake in a table is an [*Error], which names the
// line of the text and the column. No function modifies its arguments.
package table
