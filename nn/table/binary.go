package table

import (
	"bytes"
	"strings"
)

// Files that are no text, by how they begin, and what to do with them.
var binaries = []struct{ begins, says string }{
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", workbook},
	{"PK\x03\x04", ""}, // a workbook or another archive: see inArchive
	{"\x1f\x8b", packed}, {"BZh91AY", packed}, {"\xfd7zXZ\x00", packed}, {"\x28\xb5\x2f\xfd", packed}, {"7z\xbc\xaf\x27\x1c", packed},
	{"Rar!\x1a\x07", packed},
	{"\x93NUMPY", "this is an array of NumPy; save it with numpy.savetxt"},
	{"PAR1\x15", "this is a Parquet file; save it as CSV"},
	{"ARROW1\x00", "this is an Arrow file; save it as CSV"},
	{"\x89HDF\r\n\x1a\n", "this is an HDF5 file; save the table in it as CSV"},
	{"SQLite format 3\x00", "this is a database of SQLite; save the table in it as CSV"},
	{"MATLAB 5.0 MAT-file", "this is a file of MATLAB; save it with writematrix"},
	{"RDX2\n", rFile}, {"RDX3\n", rFile},
	{"%PDF-", "this is a PDF; copy the table in it and paste it, or save it as CSV"},
	{"\x89PNG\r\n\x1a\n", picture}, {"\xff\xd8\xff", picture}, {"GIF87a", picture}, {"GIF89a", picture},
	{"{\\rtf", "this is a text document (RTF); copy the table in it and paste it"},
}

const (
	workbook = "this is an Excel workbook; save it as CSV"
	packed   = "the file is compressed; unpack it first"
	picture  = "this is a picture; a table is text, such as CSV"
	rFile    = "this is a file of R; save it with write.csv"
	webPage  = "this is a web page (HTML); copy the table in it and paste it, or save it as CSV"
	noText   = "the file is no text; save the table as CSV"
)

// checkText returns an error if a file is no text, which says what it is and what to do.
func checkText(data []byte, encoding string) error {
	for _, b := range binaries {
		if !bytes.HasPrefix(data, []byte(b.begins)) {
			continue
		}
		if b.says == "" {
			return errorAt(0, "", "%s", inArchive(data))
		}
		return errorAt(0, "", "%s", b.says)
	}
	head := data[:min(len(data), 1<<12)]
	begins := strings.ToLower(string(bytes.TrimLeft(bytes.TrimPrefix(head[:min(len(head), 1<<8)], []byte("\xef\xbb\xbf")), " \t\r\n")))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<table"} {
		if strings.HasPrefix(begins, tag) {
			return errorAt(0, "", "%s", webPage)
		}
	}
	// Text has no zero bytes, but for that in UTF-16. A logger that lost its power may leave a few.
	even, odd := zeros(head)
	if n := even + odd; encoding != UTF16 && n > 8 && 50*n > len(head) {
		return errorAt(0, "", "%s", noText)
	}
	return nil
}

// inArchive says what a ZIP archive is, by the names of the first files in it.
func inArchive(data []byte) string {
	head := data[:min(len(data), 1<<14)]
	has := func(name string) bool { return bytes.Contains(head, []byte(name)) }
	switch {
	case has("application/vnd.oasis.opendocument.spreadsheet"):
		return "this is a spreadsheet of LibreOffice; save it as CSV"
	case has("word/"), has("application/vnd.oasis.opendocument.text"):
		return "this is a text document; copy the table in it and paste it"
	case has("xl/"), has("[Content_Types].xml"):
		return workbook
	case has(".npy"):
		return "this is an archive of NumPy arrays; save each with numpy.savetxt"
	case has("Index/Document.iwa"), has("Index/Tables/"):
		return "this is a spreadsheet of Numbers; export it as CSV"
	}
	return packed
}
