package journal

import (
	"reflect"
	"testing"

	"github.com/nnvisu/nnvisu/nn"
)

// TestNumbers: a server may take more points than a journal has bytes.
func TestNumbers(t *testing.T) {
	for _, numbers := range [][]int{{0, 65_535, 65_536, 999_999}, {nn.MaxCount - 1}} {
		text, err := Journal{Entries: []Entry{{0, RemovePoints{numbers}}}}.Text()
		if err != nil {
			t.Fatal(err)
		}
		j, err := Read(text)
		if err != nil || !reflect.DeepEqual(j.Entries[0].Act, RemovePoints{numbers}) {
			t.Errorf("Read = %+v, %v; want the points %v", j, err, numbers)
		}
	}
	text, err := Journal{Entries: []Entry{{0, RemovePoints{[]int{nn.MaxCount - 1, nn.MaxCount}}}}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(text); err == nil {
		t.Errorf("Read takes point %d; want an error", nn.MaxCount)
	}
}
