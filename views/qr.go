package views

import (
	"fmt"
	"strings"

	qr "github.com/piglig/go-qr"
)

// LongestQR is the most bytes of a text that a QR code holds: 2,953 with the least error correction
// (ISO/IEC 18004, version 40-L).
const LongestQR = 2953

// A QR is a code to be scanned, as the path of its dark squares.
type QR struct {
	Side int // of the picture in squares, with the quiet zone around the code
	Path string
}

// quietZone is the width of the margin that a code needs, in squares.
const quietZone = 4

// NewQR returns the code of a text, or nil if the text is too long for one.
func NewQR(text string) *QR {
	code, err := qr.EncodeText(text, qr.Low)
	if err != nil {
		return nil
	}
	n := code.Size()
	var path strings.Builder
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for x < n && code.Module(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quietZone, y+quietZone, x-from, x-from)
			}
		}
	}
	return &QR{n + 2*quietZone, path.String()}
}
