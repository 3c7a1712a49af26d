package table

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// TestBinary: a file that is no text is called what it is.
func TestBinary(t *testing.T) {
	archive := func(names ...string) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, name := range names {
			f, err := w.Create(name)
			if err == nil {
				_, err = f.Write([]byte("<x/>"))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("x,y,label\n1,2,a\n"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ data, want string }{
		{archive("[Content_Types].xml", "xl/workbook.xml"), "Excel workbook; save it as CSV"},
		{archive("[Content_Types].xml", "word/document.xml"), "text document"},
		{archive("a.npy"), "NumPy"},
		{archive("a.csv"), "compressed; unpack"},
		{"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "LibreOffice"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 100), "Excel workbook"},
		{packed.String(), "compressed; unpack"},
		{"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'shape': (2, 3)}\n" + strings.Repeat("\x00", 48), "NumPy"},
		{"%PDF-1.4\n%\xe2\xe3\n", "PDF"},
		{"\ufeff \n<!DOCTYPE HTML><title>x</title>", "web page (HTML)"},
		{"<table><tr><td>1</td></tr></table>", "web page (HTML)"},
		{"1,2,a\n" + strings.Repeat("\x00\x01\x02", 40), "no text"},
	} {
		for _, encoding := range []string{"", Windows1252} {
			table, err := Parse([]byte(test.data), Options{Encoding: encoding})
			if err == nil || !strings.Contains(err.Error(), test.want) || table.Text() != "" {
				t.Errorf("Parse(%.20q…) = %v, text %.20q; want %q and no text", test.data, err, table.Text(), test.want)
			}
		}
	}
	for _, text := range []string{"PAR1,ARROW1,BZh\n1,2,a\n3,4,b\n", "PK,y,label\n1,2,a\n3,4,b\n", "%P,D,F\n1,2,a\n3,4,b\n", "<b>,y,label\n1,2,a\n3,4,b\n"} {
		if _, err := Parse([]byte(text), Options{}); err != nil {
			t.Errorf("Parse(%q) = %v; want a table", text, err)
		}
	}
}
