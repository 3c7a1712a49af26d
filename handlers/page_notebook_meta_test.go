package handlers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nnvisu/nnvisu/views"
)

// TestNotebookMeta: who goes back finds the names and the source that the points had then, across imports
// and data sets, and a link to the moment has them, too.
func TestNotebookMeta(t *testing.T) {
	s := newTestServer(t)
	form := readForm(t, serve(s, "GET", "/?dataset=moons&points=20", "").Body.String(), "", "")
	press := func(changes ...string) {
		t.Helper()
		for i := 0; i < len(changes); i += 2 {
			form.Set(changes[i], changes[i+1])
		}
		w := postForm(s, "/edit", form)
		if w.Code != 200 {
			t.Fatalf("%v is answered %d %.300s", changes, w.Code, w.Body)
		}
		form = readForm(t, w.Body.String(), "", "")
	}
	metas := []string{form.Get(views.FieldMeta)}
	for _, changes := range [][]string{
		{views.FieldAct, "import", views.FieldTableText, "width,height,kind\n1,4,cat\n2,3,dog\n3,9,cow\n5,1,cat\n"},
		{views.FieldAct, "remove-class"},
		{views.FieldAct, "add-class"},
		{views.FieldAct, "dataset", views.FieldDataset, "blobs", views.FieldTableText, ""},
		{views.FieldAct, "add-class"},
		{views.FieldAct, "remove-class"},
		{views.FieldAct, "remove-class"},
		{views.FieldAct, "dataset", views.FieldDataset, "xor"},
		{views.FieldAct, "dataset", views.FieldDataset, views.OwnData},
		{views.FieldAct, "clear"},
	} {
		press(changes...)
		metas = append(metas, form.Get(views.FieldMeta))
	}
	if !strings.Contains(metas[1], `"cow"`) || !strings.Contains(metas[4], "blobs") || !strings.Contains(metas[7], `"edited"`) || metas[9] != metas[3] || metas[10] != "" {
		t.Fatalf("the acts lead to points of which is known %q; want imported, those of a data set, edited and none", metas)
	}
	last := form
	for i, want := range metas {
		form = last
		press(views.FieldAct, fmt.Sprintf("back %d.0", i))
		if got := form.Get(views.FieldMeta); got != want {
			t.Errorf("back after act %d the points have the meta %s; want %s", i, got, want)
		}
		link := serve(s, "GET", "/?journal="+finishedJournal(form.Get(views.FieldJournal), 0), "")
		if got := readForm(t, link.Body.String(), "", "").Get(views.FieldMeta); link.Code != 200 || got != want {
			t.Errorf("a link to the moment after act %d is answered %d, with the meta %s; want %s", i, link.Code, got, want)
		}
	}
}
