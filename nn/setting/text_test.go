package setting

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

func TestParseLayers(t *testing.T) {
	for _, test := range []struct {
		text string
		want []int // nil: an error
	}{
		{"", []int{}},
		{" ", []int{}},
		{"-", []int{}},
		{"8", []int{8}},
		{"8-8", []int{8, 8}},
		{"8–4", []int{8, 4}}, // as a phone's keyboard makes of --
		{"8, 4,2", []int{8, 4, 2}},
		{"8 4", []int{8, 4}},
		{"8x4×2;1", []int{8, 4, 2, 1}},
		{" 8 - 8 ", []int{8, 8}},
		{"0-101", []int{0, 101}}, // for Validate to refuse
		{"-8", nil},
		{"8x", nil},
		{"8-", nil},
		{"8--8", nil},
		{"8,,8", nil},
		{"08", []int{8}},
		{"8.5", nil},
		{"eight", nil},
		{"8-y", nil},
		{"8-1e1", nil},
		{"99999999999999999999", nil},
		{"8\x00", nil},
	} {
		got, err := ParseLayers(test.text)
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("ParseLayers(%q) = %v, %v; want %v", test.text, got, err, test.want)
		}
		var syntax *SyntaxError
		if test.want == nil && (!errors.As(err, &syntax) || syntax.Field != "config.hidden_layers") {
			t.Errorf("ParseLayers(%q) = %v; want a syntax error of config.hidden_layers", test.text, err)
		}
	}
	for _, widths := range [][]int{{}, {1}, {8, 8}, {100, 1, 100}} {
		if got, err := ParseLayers(LayersText(widths)); err != nil || !reflect.DeepEqual(got, widths) {
			t.Errorf("ParseLayers(%q) = %v, %v; want %v", LayersText(widths), got, err, widths)
		}
	}
}

func TestLayersText(t *testing.T) {
	for _, test := range []struct {
		widths []int
		want   string
	}{{nil, ""}, {[]int{}, ""}, {[]int{8}, "8"}, {[]int{8, 8}, "8-8"}, {[]int{100, 1, 20}, "100-1-20"}} {
		if got := LayersText(test.widths); got != test.want {
			t.Errorf("LayersText(%v) = %q; want %q", test.widths, got, test.want)
		}
	}
}

// TestParse: what each kind of value takes, and which error it gives for the rest.
func TestParse(t *testing.T) {
	for _, test := range []struct{ member, text, want string }{
		{"learning_rate", " 1e-3 ", "0.001"},
		{"learning_rate", ".5", "0.5"},
		{"learning_rate", "", `config.learning_rate must be a number; got ""`},
		{"learning_rate", "30 %", `config.learning_rate must be a number, such as 0.3 for 30 %; got "30 %"`},
		{"learning_rate", "x%", `config.learning_rate must be a number; got "x%"`},
		{"learning_rate", "NaN", `config.learning_rate must be a number; got "NaN"`},
		{"learning_rate", "Inf", `config.learning_rate must be a number; got "Inf"`},
		{"learning_rate", "1e999", `config.learning_rate must be a number; got "1e999"`},
		{"learning_rate", "0x1p-3", `config.learning_rate must be a number; got "0x1p-3"`},
		{"learning_rate", "1_0", `config.learning_rate must be a number; got "1_0"`},
		{"batch_size", " 16", "16"},
		{"batch_size", "-1", "-1"}, // for Validate to refuse
		{"batch_size", "1e3", `config.batch_size must be a whole number; got "1e3"`},
		{"seed", "4294967295", "4294967295"},
		{"seed", "4294967296", "config.seed must be from 0 to 4294967295; got 4294967296"},
		{"seed", "-1", "config.seed must be from 0 to 4294967295; got -1"},
		{"batch_size", "+1", `config.batch_size must be a whole number; got "+1"`},
		{"seed", "+1", `config.seed must be a whole number; got "+1"`},
		{"seed", "1.0", `config.seed must be a whole number; got "1.0"`},
		{"activation", "step", "step"}, // for Validate to refuse
		{"features", "x,sin_y", "x,sin_y"},
		{"hidden_layers", "", ""},
		{"hidden_layers", "4, 3", "4,3"},
		{"hidden_layers", "4,,3", `config.hidden_layers must be a whole number; got ""`},
		{"hidden_layers", "8-8", `config.hidden_layers must be a whole number; got "8-8"`},
		{"classes", "0", "0"}, // a recipe gives the error
	} {
		c := nn.DefaultConfig()
		m := Lookup(test.member)
		got := ""
		if err := m.Parse(&c, test.text); err != nil {
			got = err.Error()
		} else {
			got = m.Text(&c)
		}
		if got != test.want {
			t.Errorf("%s: Parse(%q) gives %q; want %q", test.member, test.text, got, test.want)
		}
	}
}

// TestTake: what a form changes, and how its errors name the field.
func TestTake(t *testing.T) {
	for _, test := range []struct {
		member string
		values []string
		want   string
	}{
		{"learning_rate", nil, "0.03"},
		{"learning_rate", []string{" "}, "0.03"},
		{"learning_rate", []string{" 0.5 "}, "0.5"},
		{"learning_rate", []string{" fast "}, `config.learning_rate must be a number; got "fast"`},
		{"batch_size", []string{""}, "0"},
		{"batch_size", []string{"1.5"}, `batch_size must be a whole number; got "1.5"`},
		{"seed", []string{"lucky"}, `seed must be a whole number; got "lucky"`},
		{"seed", []string{"-1"}, "config.seed must be from 0 to 4294967295; got -1"},
		{"activation", nil, "tanh"},
		{"activation", []string{""}, ""}, // for Validate to refuse
		{"hidden_layers", nil, "8,8"},
		{"hidden_layers", []string{""}, ""},
		{"hidden_layers", []string{"4 x 3"}, "4,3"},
		{"hidden_layers", []string{"many"}, `config.hidden_layers must be widths such as 8-8; got "many"`},
		{"features", nil, ""}, // boxes send nothing when they are empty
		{"features", []string{"sin_x", "y", "x", "sin_x"}, "x,y,sin_x"},
		{"features", []string{"y", "z"}, "y,z"},
		{"features", strings.Split("a b c d e f g h i j", " "), "a,b,c,d,e,f,g,h"}, // for Validate, too
		{"classes", []string{"5"}, "0"},                                            // no control sets it
	} {
		c := nn.DefaultConfig()
		m := Lookup(test.member)
		got := ""
		if err := m.Take(&c, test.values); err != nil {
			got = err.Error()
		} else {
			got = m.Text(&c)
		}
		if got != test.want {
			t.Errorf("%s: Take(%q) gives %q; want %q", test.member, test.values, got, test.want)
		}
	}
}

// FuzzParse: no text breaks a member. What one takes has a text that gives the same value again,
// and what it refuses has an error for the client.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"", "1", "-0", "1e-9", "x,y", "8,8", "tanh", "4294967296", "\xff", ",", "1e999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for m := range All() {
			var c, again nn.Config
			if err := m.Parse(&c, text); err != nil {
				if !errors.As(err, new(*SyntaxError)) && !errors.As(err, new(*nn.FieldError)) {
					t.Errorf("%s: Parse(%q) = %v, a %T", m.Name, text, err, err)
				}
				continue
			}
			if err := m.Parse(&again, m.Text(&c)); err != nil || !reflect.DeepEqual(again, c) {
				t.Errorf("%s: Parse(%q) = %+v; its text gives %+v, %v", m.Name, text, c, again, err)
			}
			if v := c.LearningRate; math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s: Parse(%q) gives %v", m.Name, text, v)
			}
		}
	})
}

// TestDecimalPoint: a decimal comma becomes a point, and what is no number stays as it was written.
func TestDecimalPoint(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "5": "5", "0.5": "0.5", "0,5": "0.5", ",5": ".5", "5,": "5.", " 0,5 ": " 0.5 ",
		"−0,5": "-0.5", "-0,5": "-0.5", "1,5e−3": "1.5e-3", "1,000": "1.000",
		"1.000,5": "1.000,5", "1,000.5": "1,000.5", "1,000,5": "1,000,5", ",": ",", "0,5x": "0,5x",
		"0,5 0,5": "0,5 0,5", "−": "−", "1,e999": "1,e999",
	} {
		if got := DecimalPoint(text); got != want {
			t.Errorf("DecimalPoint(%q) = %q; want %q", text, got, want)
		}
	}
}
