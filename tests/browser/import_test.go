package browser

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"

	"github.com/chromedp/cdproto/input"
)

// flowers is a table with names, two columns of numbers and a column of words.
const flowers = `length,width,kind
1,10,small
2,20,small
3,40,large
5,50,large
4,30,small
`

// paste puts a text into the import as a person pastes it, and waits for what is made of it.
func (p *tab) paste(text string) {
	p.tb.Helper()
	before := p.shown("#import-says")
	p.enter("table_text")
	must(p, input.InsertText, input.InsertTextParams{Text: text})
	contract.Eventually(p.tb, "the preview", func() bool { return p.shown("#import-says") != before })
	p.until("the page is ready", ready)
}

// TestBrowserImport: a table that is pasted or read from a file becomes points; what is wrong with
// one is said with its line.
func TestBrowserImport(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	p.provokes(saysRefused)
	first := p.trainTo(3)
	p.dialog("import")
	p.paste(strings.Replace(flowers, "3,40", "3,many", 1))
	if text := p.shown(".import-problem"); !strings.Contains(text, "many") {
		t.Errorf("of a table with a word for a number the preview says %q; want what is wrong", text)
	}
	if line := p.shown(".quoted-line"); !strings.HasPrefix(line, "4 3,many,large") {
		t.Errorf("the line quoted is %q; want line 4", line)
	}
	p.click("button[value=import]")
	p.until("the refusal", func(v view) bool { return ready(v) && v.Notice != "" })
	if d := p.still().differs(first.state); d != "" || !p.isOpen("import") {
		t.Errorf("a table that cannot be is imported: %s; dialog open %t", d, p.isOpen("import"))
	}

	p.paste(flowers)
	if text := p.shown("#import-says") + p.shown(".import-result"); !strings.Contains(text, "5 points") || !strings.Contains(text, "small: 3") || !strings.Contains(text, "large: 2") {
		t.Errorf("the preview says %q; want 5 points, 3 small and 2 large", text)
	}
	if cells := eval[[]string](p, `Array.from(document.querySelectorAll(".import-table thead th"), (th) => th.innerText.replace(/\s+/g, " "))`); !slices.Equal(cells, []string{"x length", "y width", "label kind"}) {
		t.Errorf("the columns are %q; want them with what they are taken for", cells)
	}
	if d := p.still().differs(first.state); d != "" {
		t.Errorf("a preview changes %s", d)
	}
	v := p.change("the points are imported", func() { p.click("button[value=import]") })
	points := v.points(t)
	if v.Points != "5 points" || v.Step != "0" || v.setting(t, "classes") != "2" || !slices.EqualFunc(points, []float64{1, 1, 0, 0, 1}, func(q contract.Point, label float64) bool { return q.Label == label }) {
		t.Errorf("after the import: %v, points %v; want the 5 of the table, and new weights", v, points)
	}
	for i := range points {
		if i > 0 && i < 4 && !(points[i].X > points[i-1].X && points[i].Y > points[i-1].Y) {
			t.Errorf("the points %v; want them in the order of the table", points)
		}
	}
	if p.isOpen("import") {
		t.Error("the dialog is still open after the import; want to see the points")
		p.leave("import")
	}
	if meta := p.hidden("meta"); !strings.Contains(meta, `"small"`) || !strings.Contains(meta, `"length"`) {
		t.Errorf("what is kept of the table is %s; want the names of columns and classes", meta)
	}
	if labels := eval[[]string](p, `Array.from(document.querySelectorAll("[name=tool]"), (e) => e.ariaLabel)`); !strings.Contains(strings.Join(labels, " "), "small") {
		t.Errorf("the tools are %q; want the classes by their names", labels)
	}
	trained := p.trainTo(3)
	if got := p.reload(); got.differs(trained.state) != "" || p.hidden("meta") == "" {
		t.Errorf("after a reload: %v, %q; want the points with their names", got, p.hidden("meta"))
	}

	p.part("Table", func(t *testing.T) {
		p.dialog("table")
		ids := eval[[]string](p, `Array.from(document.querySelectorAll("#table-body tbody tr:nth-child(3) [id]"), (e) => e.id)`)
		if len(ids) != 3 {
			t.Fatalf("the third row has the fields %q; want x, y and the label", ids)
		}
		x, label := ids[0], ids[2]
		if got := p.holds(x); got != "3" {
			t.Errorf("the third x is shown as %q; want 3, as in the table", got)
		}
		before := p.look()
		v := p.change("another x", func() { p.fill(x, "4.5") })
		old, now := before.points(t), v.points(t)
		if now[2].X <= old[2].X || now[2].Y != old[2].Y {
			t.Errorf("after writing 4.5 the third point is %v, before %v; want it further right", now[2], old[2])
		}
		now[2] = old[2]
		if !slices.Equal(now, old) || v.Network != before.Network {
			t.Errorf("a change in the table changes more than its point")
		}
		if got := p.holds(x); got != "4.5" {
			t.Errorf("the third x is shown as %q; want 4.5", got)
		}
		for _, bad := range []string{"far", "77"} {
			p.fill(x, bad)
			p.until("the error of "+bad, func(v view) bool { return ready(v) && strings.Contains(p.besideField("table_of"), "row 3") })
			if d := p.still().differs(v.state); d != "" {
				t.Errorf("the x %q changes %s", bad, d)
			}
		}
		p.fill(x, "4.5")
		contract.Eventually(t, "the error is gone", func() bool { return p.besideField("table_of") == "" })
		p.until("the page is ready", ready)
		p.change("another class", func() { p.selectOption(label, "1") })
		if got := p.look().points(t)[2].Label; got != 1 {
			t.Errorf("the third label is %v; want 1", got)
		}
		p.change("a row more", func() { p.act("table-add") })
		if got := p.look(); got.Points != "6 points" {
			t.Errorf("%s after adding a row; want 6", got.Points)
		}
		p.click("[name=row_remove][value='2']")
		p.change("a row less", func() { p.act("table-remove") })
		left := p.look().points(t)
		if len(left) != 5 || left[0] != old[0] || left[1].X == old[1].X {
			t.Errorf("after removing the second row: %v; want it gone from %v", left, old)
		}
		p.leave("table")
		for range 4 {
			p.change("undo", func() { p.click("#undo") })
		}
		if d := p.still().differs(before.state); d != "" {
			t.Errorf("after undoing it all: %s", d)
		}
	})

	p.part("Download", func(t *testing.T) {
		dir := p.downloads()
		p.dialog("table")
		p.click("button[formaction='points.csv']")
		body := string(p.downloaded(dir, "nnvisu-points.csv"))
		if got := strings.ReplaceAll(body, "\r\n", "\n"); got != flowers {
			t.Errorf("the file is %q; want the table as it was imported, %q", got, flowers)
		}
		p.leave("table")

		// What was downloaded is read again, from the file.
		before := p.look()
		p.change("no points", func() { p.act("clear") })
		p.dialog("import")
		p.upload("#import input[type=file]", "flowers.csv", []byte(body))
		contract.Eventually(t, "the preview of the file", func() bool { return strings.Contains(p.shown("#import-says"), "5 points") })
		if got := p.holds("table_text"); strings.ReplaceAll(got, "\r\n", "\n") != flowers {
			t.Errorf("the field holds %q; want what is in the file", got)
		}
		v := p.change("the points of the file", func() { p.click("button[value=import]") })
		if v.Data != before.Data {
			t.Errorf("the points read again are %s; want %s", v.Data, before.Data)
		}
		if p.isOpen("import") {
			p.leave("import")
		}
		p.change("undo", func() { p.click("#undo") })
		if v := p.change("undo", func() { p.click("#undo") }); v.differs(before.state) != "" || p.hidden("meta") == "" {
			t.Errorf("after undoing the import: %v; want what was before, with its names", v)
		}
	})
}

// latin1 is a table as Western European programs write it, with decimal commas.
const latin1 = "L\xe4nge;Breite;Art\n1,5;2,25;B\xe4r\n3,5;4,75;Kr\xf6te\n2,5;3;B\xe4r\n"

// drop drops a file on an element, as a person does who drags it there from a folder.
func (p *tab) drop(selector, name string, body []byte) {
	p.tb.Helper()
	path := filepath.Join(p.tb.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		p.tb.Fatal(err)
	}
	b := p.box(selector)
	for _, kind := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver, input.DispatchDragEventTypeDrop} {
		if kind == input.DispatchDragEventTypeDrop {
			contract.Eventually(p.tb, "the place to drop the file", func() bool { return eval[bool](p, `document.body.hasAttribute("data-drop")`) })
		}
		must(p, input.DispatchDragEvent, input.DispatchDragEventParams{
			Type: kind, X: b.X + b.Width/2, Y: b.Y + b.Height/2,
			Data: &input.DragData{Items: []*input.DragDataItem{}, Files: []string{path}, DragOperationsMask: 1},
		})
	}
	if eval[bool](p, `document.body.hasAttribute("data-drop")`) {
		p.tb.Errorf("the page still waits for a file after it was dropped")
	}
}

// TestBrowserImportFile: a file that is dropped on the page is read as the bytes it has. Each decision
// of the reader is shown and can be changed, and what is written goes before the file.
func TestBrowserImportFile(t *testing.T) {
	t.Parallel()
	p := start(t).open(t)
	before := p.look()
	p.drop("#plane", "tiere.csv", []byte(latin1))
	says := func(want string) func() bool {
		return func() bool { return strings.Contains(p.shown("#import-says")+p.shown("#import-preview"), want) }
	}
	contract.Eventually(t, "the preview of the file", says("3 points in 2 classes"))
	if text := p.shown(".import-result"); !strings.Contains(text, "Bär: 2") || !strings.Contains(text, "Kröte: 1") || !p.isOpen("import") {
		t.Errorf("the preview says %q; want the classes by their names, in the open dialog", text)
	}
	if got := p.holds("table_text"); !strings.HasPrefix(got, "Länge;Breite;Art\n") {
		t.Errorf("the text is %q; want that of the file", got)
	}
	if d := p.look().differs(before.state); d != "" {
		t.Errorf("a preview changes %s", d)
	}
	chosen := func(name string) string {
		return eval[string](p, script(`document.querySelector("select[name=" + %s + "]").selectedOptions[0].text`, name))
	}
	for name, want := range map[string]string{"table_encoding": "Windows-1252", "table_separator": "Semicolon", "table_decimal": "Comma", "table_header": "First row", "table_x": "Länge", "table_label": "Art"} {
		if got := chosen(name); !strings.HasPrefix(got, "Auto: "+want) {
			t.Errorf("%s is %q; want that %s was decided", name, got, want)
		}
	}
	p.choose("table_x", "Breite")
	contract.Eventually(t, "another column as x", says("x = (Breite"))
	p.choose("table_header", "no")
	contract.Eventually(t, "a row of names as data", func() bool {
		return p.shown(".import-problem") != "" || p.shown(".import-summary") != "3 points in 2 classes."
	})
	p.choose("table_header", "")
	contract.Eventually(t, "the names again", says("3 points in 2 classes"))

	// What is written goes before the file, and keeps what was chosen.
	p.until("the page is ready", ready)
	p.enter("table_text")
	must(p, input.InsertText, input.InsertTextParams{Text: "u;v;w\n1;2;a\n3;4;b\n"})
	contract.Eventually(t, "the preview of the text", says("2 points in 2 classes"))
	v := p.change("the points", func() { p.click("button[value=import]") })
	if v.Points != "2 points" || eval[int](p, `document.querySelector("[name=table_file]").files.length`) != 0 || p.holds("table_text") != "" {
		t.Errorf("%s after the import; want the 2 of the text, and an empty dialog", v.Points)
	}

	// A folder is no file, and of an empty file there is nothing to see.
	p.drop("header", "empty.csv", nil)
	contract.Eventually(t, "what is wrong with the file", func() bool { return strings.Contains(p.shown("#told"), "empty.csv is empty") })
	if d := p.still().differs(v.state); d != "" {
		t.Errorf("an empty file changes %s", d)
	}
}

// TestBrowserImportLocked: a page whose points are locked takes no file, and does not give way to it.
func TestBrowserImportLocked(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, at("?lock=data"))
	p.run(`(() => {
		const files = new DataTransfer();
		files.items.add(new File(["a,b,c\n1,2,p\n"], "a.csv"));
		globalThis.taken = ["dragover", "drop"].map((type) => {
			const event = new DragEvent(type, {dataTransfer: files, bubbles: true, cancelable: true});
			document.getElementById("plane").dispatchEvent(event);
			return event.defaultPrevented && !document.body.hasAttribute("data-drop");
		});
	})()`)
	if got := eval[[]bool](p, `taken`); !slices.Equal(got, []bool{true, true}) || p.isOpen("import") {
		t.Errorf("the file is kept from the browser: %v; dialog open %t; want it kept and nothing opened", got, p.isOpen("import"))
	}
}

// TestBrowserImportWithoutScript: a file is read, looked at and used where scripts do not run.
func TestBrowserImportWithoutScript(t *testing.T) {
	t.Parallel()
	p := start(t).open(t, withoutScript)
	p.upload("[name=table_file]", "flowers.csv", []byte(flowers))
	p.click("button[value=import-preview]")
	p.until("the preview", func(view) bool { return strings.Contains(p.shown("#import-says"), "5 points in 2 classes") })
	if got := p.holds("table_text"); strings.TrimSpace(got) != strings.TrimSpace(flowers) {
		t.Errorf("the text is %q; want that of the file", got)
	}
	p.selectOption("table_x", "width")
	p.click("button[value=import-preview]")
	p.until("another column as x", func(view) bool { return strings.Contains(p.shown("#import-preview"), "x = (width") })
	p.click("button[value=import]")
	v := p.until("the points", func(v view) bool { return v.Points == "5 points" })
	if meta := p.hidden("meta"); !strings.Contains(meta, `"width"`) || v.setting(t, "classes") != "2" {
		t.Errorf("what is kept of the table is %s; want the column that was chosen", meta)
	}
}

// selectOption takes an option of a select by its id.
func (p *tab) selectOption(id, value string) {
	p.tb.Helper()
	p.run(script(`((e, value) => {
		e.focus();
		e.value = value;
		for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, {bubbles: true}));
	})(document.getElementById(%s), %s)`, id, value))
}
