package clients

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/tools"
)

var update = flag.Bool("update", false, "write the outputs of docs/nnvisu.ipynb, and docs/notebook.png")

// A notebook is the format of Jupyter, version 4.5, as far as the tests know it.
type notebook struct {
	Cells []struct {
		Kind    string   `json:"cell_type"`
		Source  []string `json:"source"`
		Outputs []struct {
			Text []string `json:"text"`
			Data struct {
				Plain []string `json:"text/plain"`
				PNG   string   `json:"image/png"`
			} `json:"data"`
		} `json:"outputs"`
	} `json:"cells"`
}

// TestNotebook: the cells of the notebook, run from the first to the last, have the outputs that stand
// in it. Its last picture is that of its document.
func TestNotebook(t *testing.T) {
	const host, file, picture = "http://localhost:8888", "../../docs/nnvisu.ipynb", "../../docs/notebook.png"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/notebook.py")
	if err != nil {
		t.Fatal(err)
	}
	s := contract.Start(t)
	c := client{dir: t.TempDir()}
	c.write(t, "in.ipynb", bytes.ReplaceAll(text, []byte(host), []byte(s.Root)))
	run := exec.CommandContext(contract.Soon(t), tools.Find(t, "python3"), script, "in.ipynb", "out.ipynb")
	run.Dir, run.Env = c.dir, []string{"PATH=" + os.Getenv("PATH"), "PYTHONPATH=" + c.dir}
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	made := bytes.ReplaceAll(c.read(t, "out.ipynb"), []byte(s.Root), []byte(host))
	if *update {
		if err := os.WriteFile(file, made, 0o644); err != nil {
			t.Fatal(err)
		}
		text = made
	}

	var got, want notebook
	for into, from := range map[*notebook][]byte{&got: made, &want: text} {
		if err := json.Unmarshal(from, into); err != nil {
			t.Fatal(err)
		}
	}
	var last []byte
	pictures := 0
	for i, cell := range want.Cells {
		outputs := got.Cells[i].Outputs
		if len(outputs) != len(cell.Outputs) || cell.Kind == "code" && len(outputs) == 0 {
			t.Fatalf("the cell\n%s\nhas %d outputs; want %d", strings.Join(cell.Source, ""), len(outputs), len(cell.Outputs))
		}
		for j, output := range cell.Outputs {
			a, b := decodePNG(t, outputs[j].Data.PNG), decodePNG(t, output.Data.PNG)
			if b != nil {
				pictures++
				last = fromBase64(t, output.Data.PNG)
			}
			outputs[j].Data.PNG = output.Data.PNG // another zlib may write other bytes
			if !reflect.DeepEqual(outputs[j], output) {
				t.Errorf("the cell\n%s\nshows %q; want %q", strings.Join(cell.Source, ""), outputs[j], output)
			}
			if !reflect.DeepEqual(a, b) {
				t.Errorf("the cell\n%s\nshows another picture", strings.Join(cell.Source, ""))
			}
		}
	}
	if pictures < 3 {
		t.Errorf("the notebook has %d pictures; want 3", pictures)
	}
	if *update {
		if err := os.WriteFile(picture, last, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if shown, err := os.ReadFile(picture); err != nil || !bytes.Equal(shown, last) {
		t.Errorf("%s is not the last picture of the notebook: %v", picture, err)
	}
}

func fromBase64(tb testing.TB, text string) []byte {
	tb.Helper()
	file, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		tb.Fatal(err)
	}
	return file
}

// decodePNG returns a picture of a notebook, or nil if there is none.
func decodePNG(tb testing.TB, text string) image.Image {
	tb.Helper()
	if text == "" {
		return nil
	}
	img, err := png.Decode(bytes.NewReader(fromBase64(tb, text)))
	if err != nil {
		tb.Fatal(err)
	}
	return img
}
