package drawing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the goldens of the drawings")

func still() error { return nil }

// example is a drawing with every kind of shape; at moves one of them.
func example(at int) *Drawing {
	d := &Drawing{Width: 100 * Unit, Height: 60 * Unit, Title: "A <example> & \"more\"", Ground: "#ffffff", Layers: make([]Layer, 2)}
	var curve, ring, disc Path
	curve.Move(1000, 1000)
	curve.Curve(2000, 1000, 2000, 5050, 3000, 5055)
	curve.Line(4000, 1000)
	d.Layers[0].Path(curve, Paint{Stroke: "#1f6fb4", Width: 250, Opacity: 50})
	d.Layers[0].Path(curve, Paint{Stroke: "#000000", Width: 100, Dash: []int{500, 250}})
	ring.Rect(5000, 1000, 2000, 2000)
	d.Layers[0].Path(ring, Paint{Fill: "#d8700f", Stroke: "#000000", Width: 100})
	pixels := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}})
	pixels.Pix = []byte{0, 1, 1, 0}
	d.Layers[0].Image(7500, 1000, 2000, 2000, pixels)
	d.Layers[0].Text(5000, 4500, "x² < \u2068π\u2069 − 1\u00a0000", Letter{Size: 1000, Colour: "#1f2328", Anchor: Middle})
	d.Layers[0].Text(9800, 5500, "up", Letter{Size: 1000, Colour: "#1f2328", Anchor: End, Bold: true, Upwards: true})
	disc.Disc(500+at, 500, 300)
	d.Layers[1].Path(disc, Paint{Fill: "#2e7d4f"})
	return d
}

// elements returns how often each element stands in an XML document, and fails if it is not well-formed
// or asks for something elsewhere.
func elements(t *testing.T, text []byte) map[string]int {
	t.Helper()
	count := map[string]int{}
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		if err != nil {
			t.Fatalf("the SVG is not well-formed: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		count[e.Name.Local]++
		for _, a := range e.Attr {
			if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "data:image/png;base64,") || strings.Contains(a.Value, "url(") {
				t.Errorf("<%s> refers to %.40q", e.Name.Local, a.Value)
			}
		}
	}
}

// TestWriteSVG: the text of each kind of shape is that of the golden.
func TestWriteSVG(t *testing.T) {
	var b bytes.Buffer
	if err := example(0).WriteSVG(&b, 200); err != nil {
		t.Fatal(err)
	}
	const path = "testdata/example.svg"
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("the SVG is\n%s\nwant\n%s", b.Bytes(), want)
	}
	if got := elements(t, b.Bytes()); got["text"] != 2 || got["path"] != 4 || got["image"] != 1 {
		t.Errorf("the SVG has the elements %v", got)
	}
}

// rasterDigest is that of the pixels of the example. It may change with golang.org/x/image, and with
// nothing else: not with the CPU and not with its architecture.
const rasterDigest = "f8ab0178f68f61adbf8ee2d332c36cd4b92525ffd37ea9d3f702c13640b3c2db"

// TestRaster: the pixels are the same everywhere, and they are where the shapes are. Try it with
// GODEBUG=cpu.all=off and, where an emulator is installed, with GOARCH=arm64.
func TestRaster(t *testing.T) {
	pixels, err := example(0).Raster(1200, still)
	if err != nil {
		t.Fatal(err)
	}
	if got := pixels.Rect.Size(); got != (image.Point{1200, 720}) {
		t.Errorf("the picture has %v pixels; want 1200×720", got)
	}
	for _, at := range []struct {
		what string
		x, y int // units
		want color.RGBA
	}{
		{"ground", 45, 55, color.RGBA{255, 255, 255, 255}},
		{"rectangle", 60, 20, color.RGBA{0xd8, 0x70, 0x0f, 255}},
		{"edge of the rectangle", 50, 20, color.RGBA{0, 0, 0, 255}},
		{"disc", 5, 5, color.RGBA{0x2e, 0x7d, 0x4f, 255}},
		{"image, top left", 76, 11, color.RGBA{255, 0, 0, 255}},
		{"image, top right", 94, 11, color.RGBA{0, 0, 255, 255}},
		{"image, middle", 85, 20, color.RGBA{128, 0, 128, 255}},
	} {
		got := pixels.RGBAAt(at.x*12, at.y*12)
		for i, v := range [4]int{int(got.R) - int(at.want.R), int(got.G) - int(at.want.G), int(got.B) - int(at.want.B), int(got.A) - int(at.want.A)} {
			if v < -3 || v > 3 {
				t.Errorf("%s is %v; want %v (part %d)", at.what, got, at.want, i)
				break
			}
		}
	}
	sum := sha256.Sum256(pixels.Pix)
	if got := hex.EncodeToString(sum[:]); got != rasterDigest {
		t.Errorf("the digest of the pixels is %s; want %s", got, rasterDigest)
	}
}

// TestRasterTiles: a shape that is larger than a tile has no seams.
func TestRasterTiles(t *testing.T) {
	d := &Drawing{Width: 100 * Unit, Height: 100 * Unit, Ground: "#ffffff", Layers: make([]Layer, 1)}
	var p Path
	p.Move(500, 500)
	p.Line(9500, 700)
	p.Line(9300, 9500)
	p.Line(400, 9400)
	p.Close()
	d.Layers[0].Path(p, Paint{Fill: "#000000"})
	pixels, err := d.Raster(3*tile, still)
	if err != nil {
		t.Fatal(err)
	}
	for y := tile / 2; y < 5*tile/2; y++ {
		for x := tile / 2; x < 5*tile/2; x++ {
			if c := pixels.RGBAAt(x, y); c.R != 0 {
				t.Fatalf("the pixel %d, %d within the shape is %v; want black", x, y, c)
			}
		}
	}
}

// TestRasterStops: an error of yield ends the drawing.
func TestRasterStops(t *testing.T) {
	enough := errors.New("enough")
	calls := 0
	_, err := example(0).Raster(600, func() error {
		if calls++; calls > 2 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || calls != 3 {
		t.Errorf("the drawing ended with %v after %d calls; want %v after 3", err, calls, enough)
	}
}

// TestStroke: a line is as wide as it says, without beads where its parts meet.
func TestStroke(t *testing.T) {
	d := &Drawing{Width: 100 * Unit, Height: 20 * Unit, Ground: "#ffffff", Layers: make([]Layer, 1)}
	var p Path
	p.Move(500, 1003)
	for x := 600; x <= 9500; x += 100 {
		p.Line(x, 1003)
	}
	d.Layers[0].Path(p, Paint{Stroke: "#000000", Width: 300})
	pixels, err := d.Raster(1000, still)
	if err != nil {
		t.Fatal(err)
	}
	for x := 100; x < 900; x++ {
		ink := 0
		for y := range 200 {
			ink += 255 - int(pixels.RGBAAt(x, y).R)
		}
		if ink < 29*255 || ink > 31*255 {
			t.Fatalf("at %d the line is %.2f pixels wide; want 30", x, float64(ink)/255)
		}
	}
}

// TestWritePNG: the file is a picture of the size asked for, to be printed with 300 pixels in an inch.
func TestWritePNG(t *testing.T) {
	pixels, err := example(0).Raster(300, still)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WritePNG(&b, pixels); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte("\x00\x00\x00\x09pHYs\x00\x00\x2e\x23\x00\x00\x2e\x23\x01")) {
		t.Error("the PNG does not say how large its pixels are")
	}
	got, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	for y := range 180 {
		for x := range 300 {
			if r, g, bl, a := got.At(x, y).RGBA(); (color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), uint8(a >> 8)}) != pixels.RGBAAt(x, y) {
				t.Fatalf("the pixel %d, %d of the file is %v; want %v", x, y, got.At(x, y), pixels.At(x, y))
			}
		}
	}
}

// TestLetters: a text has a width, can be cut, and has nothing that XML or a picture has not.
func TestLetters(t *testing.T) {
	l := Letter{Size: 1000}
	if w := l.Width("mm"); w > 2*l.Width("m") || w < 1000 || w > 3000 {
		t.Errorf("mm is %d wide, and m %d", w, l.Width("m"))
	}
	if got := l.Fit("A long name", l.Width("A long…")); got != "A long…" {
		t.Errorf("the name is cut to %q", got)
	}
	if got := l.Fit("name", l.Width("name")); got != "name" {
		t.Errorf("a name that fits is cut to %q", got)
	}
	if got := visible("a\x00b\u2068c\u2069\ufffe\u202edé中"); got != "abcdé中" {
		t.Errorf("of the text is visible %q", got)
	}
	if l.Width("1\u2009000") <= l.Width("1000") {
		t.Error("a thin space has no width")
	}
}
