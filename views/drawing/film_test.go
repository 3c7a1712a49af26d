package drawing

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/draw"
	"image/png"
	"strings"
	"testing"
)

var times = Times{Each: 100, Last: 1500}

// A frame is a picture of a film as its file has it.
type frame struct {
	at    image.Rectangle
	delay [2]uint16
	data  []byte
}

// readFilm reads the parts of an animated PNG, and fails where they are not as the format says.
func readFilm(t *testing.T, file []byte) (header []byte, frames []frame, announced int) {
	t.Helper()
	var order []string
	next := uint32(0)
	numbered := func(b []byte) []byte {
		if got := binary.BigEndian.Uint32(b); got != next {
			t.Errorf("a part of the film has number %d; want %d", got, next)
		}
		next++
		return b[4:]
	}
	for file = file[8:]; len(file) > 0; {
		n := binary.BigEndian.Uint32(file)
		name, data := string(file[4:8]), file[8:8+n]
		if check := binary.BigEndian.Uint32(file[8+n:]); check != crc32.ChecksumIEEE(file[4:8+n]) {
			t.Errorf("the check of %s is wrong", name)
		}
		switch name {
		case "IHDR":
			header = data
		case "acTL":
			announced = int(binary.BigEndian.Uint32(data))
		case "fcTL":
			b := numbered(data)
			at := func(i int) int { return int(binary.BigEndian.Uint32(b[4*i:])) }
			frames = append(frames, frame{image.Rect(at(2), at(3), at(2)+at(0), at(3)+at(1)), [2]uint16{binary.BigEndian.Uint16(b[16:]), binary.BigEndian.Uint16(b[18:])}, nil})
		case "IDAT":
			frames[len(frames)-1].data = append(frames[len(frames)-1].data, data...)
		case "fdAT":
			frames[len(frames)-1].data = append(frames[len(frames)-1].data, numbered(data)...)
		}
		if len(order) == 0 || order[len(order)-1] != name {
			order = append(order, name)
		}
		file = file[12+n:]
	}
	if got := strings.Join(order, " "); !strings.HasPrefix(got, "IHDR pHYs acTL fcTL IDAT fcTL fdAT") || !strings.HasSuffix(got, "IEND") {
		t.Errorf("the parts of the film are %s", got)
	}
	return header, frames, announced
}

// TestFilm: each picture of an animated PNG, laid over those before, is the one that was added.
func TestFilm(t *testing.T) {
	const pictures = 4
	var b bytes.Buffer
	film := NewFilm(&b, pictures, times)
	var want []*image.RGBA
	for _, at := range [pictures]int{0, 500, 500, 3000} {
		pixels, err := example(at).Raster(300, still)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, pixels)
		if err := film.Add(pixels); err != nil {
			t.Fatal(err)
		}
	}
	header, frames, announced := readFilm(t, b.Bytes())
	if announced != pictures || len(frames) != pictures {
		t.Fatalf("the film announces %d pictures and has %d; want %d", announced, len(frames), pictures)
	}
	shown := image.NewRGBA(want[0].Rect)
	for i, f := range frames {
		delay := [2]uint16{100, 1000}
		if i == pictures-1 {
			delay[0] = 1500
		}
		if f.delay != delay {
			t.Errorf("picture %d is shown for %v; want %v", i, f.delay, delay)
		}
		var file bytes.Buffer
		out := &chunks{w: &file}
		out.write([]byte("\x89PNG\r\n\x1a\n"))
		size := binary.BigEndian.AppendUint32(nil, uint32(f.at.Dx()))
		out.chunk("IHDR", append(binary.BigEndian.AppendUint32(size, uint32(f.at.Dy())), header[8:]...))
		out.chunk("IDAT", f.data)
		out.chunk("IEND", nil)
		picture, err := png.Decode(&file)
		if err != nil {
			t.Fatalf("picture %d: %v", i, err)
		}
		draw.Draw(shown, f.at, picture, image.Point{}, draw.Src)
		if !bytes.Equal(shown.Pix, want[i].Pix) {
			t.Errorf("picture %d is not the one that was added", i)
		}
	}
	if size := frames[2].at.Size(); size != (image.Point{1, 1}) {
		t.Errorf("a picture that is like the one before has %v pixels; want one", size)
	}
	if size := frames[1].at.Size(); size.X > 60 {
		t.Errorf("a picture with a small change has %v pixels", size)
	}
}

// TestMoving: of an SVG that moves, what is always the same is written once, and there is a turn for
// each drawing.
func TestMoving(t *testing.T) {
	var m Moving
	for _, at := range []int{0, 500, 3000} {
		m.Add(example(at))
	}
	var b bytes.Buffer
	if err := m.WriteSVG(&b, 200, times); err != nil {
		t.Fatal(err)
	}
	count := elements(t, b.Bytes())
	if count["g"] != 3 || count["image"] != 1 || count["text"] != 2 || count["path"] != 3+3 {
		t.Errorf("the film has the elements %v; want three groups, and once what does not move", count)
	}
	for _, want := range []string{
		"animation:m 1700ms step-end infinite", "animation-delay:-1700ms", "animation-delay:-1600ms", `class="m z" style="animation-delay:-1500ms"`,
		"@keyframes m{0%{visibility:visible}5.883%{visibility:hidden}}", "@keyframes z{0%{visibility:visible}88.236%{visibility:hidden}}",
		"prefers-reduced-motion",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the film has no %s", want)
		}
	}
}
