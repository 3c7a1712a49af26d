package handlers

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// loadDataset replaces the points by those of FieldDataset. The user's own points are kept for the
// way back.
func (s *Server) loadDataset(ctx context.Context, p *pageRequest, _ string) error {
	name := p.form.Get(views.FieldDataset)
	if name == views.OwnData {
		return s.takeOwn(ctx, p)
	}
	chosen := readChoices(p.form)
	chosen.Dataset = name
	params := datasetParams(chosen)
	said := ""
	if info, ok := dataset.Lookup(name); ok && info.MinClasses == info.MaxClasses {
		// The number is of the data set before. A regression has none.
		if n := strconv.Itoa(info.MaxClasses); info.MaxClasses > 0 && params.Get("classes") != "" && params.Get("classes") != n {
			said = " It always has " + n + " classes."
		}
		params.Del("classes")
	}
	points, info, err := s.generate(params)
	if err != nil {
		for _, err := range joined(err) {
			var bad *wire.Error
			if errors.As(err, &bad) && bad.Field == "seed" {
				bad.Field = views.FieldDataSeed
			}
		}
		return err
	}
	params.Set("data_seed", params.Get("seed"))
	source := sourceOf(params)
	next, err := s.doing(ctx, p)(p.State, journal.Dataset{Source: source})
	if err != nil {
		return err
	}
	if p.meta.IsOwn() && len(p.State.Data) > 0 {
		if s.keepsOther(ctx, p) {
			said += " Own data brings back the points that you imported or drew before, and Undo those that were here."
		} else if err := p.keepOwn(); err != nil {
			return err
		} else {
			said += " Own data brings your points back."
		}
	}
	p.setState(next, dropMeta)
	p.meta.Source = source
	p.notice = undoable("%s: %s points.%s The weights start again.", info.Title, views.Grouped(len(points)), said)
	return nil
}

// datasetParams returns the parameters of a data set as its controls say them. What is empty is left to
// the data set.
func datasetParams(c views.Choices) url.Values {
	params := url.Values{"dataset": {c.Dataset}}
	for name, value := range map[string]string{"points": c.Points, "noise": c.Noise, "label_noise": c.LabelNoise, "classes": c.DataClasses, "seed": c.DataSeed} {
		if value = strings.TrimSpace(value); value != "" {
			params.Set(name, value)
		}
	}
	return params
}

// keepOwn keeps the points in FieldOwn of the page.
func (p *pageRequest) keepOwn() error {
	config := nn.DefaultConfig()
	config.Task, config.Classes = p.State.Config.Task, p.State.Config.Classes
	file := export.File{Type: export.StateType, Version: export.StateVersion, State: nn.State{Config: config, Data: p.State.Data}, Meta: p.meta}
	p.answer.own = true
	return marshal(&p.own, file)
}

// keepsOther reports whether the points of FieldOwn are to stay there: a data set of which some points
// were changed does not take the place of points that are the user's altogether.
func (s *Server) keepsOther(ctx context.Context, p *pageRequest) bool {
	if p.own == "" || p.meta.Edited == "" {
		return false
	}
	kept, err := s.decodeOwn(ctx, p.own)
	return err == nil && kept.Meta.Edited == "" && len(kept.Data) > 0
}

// decodeOwn reads points that [pageRequest.keepOwn] kept.
func (s *Server) decodeOwn(ctx context.Context, text string) (export.File, error) {
	file, err := wire.DecodeFile(text, views.FieldOwn, s.limits(ctx))
	if err == nil {
		err = wire.CheckMeta(file.Meta, views.FieldOwn)
	}
	return file, err
}

// takeOwn puts the points of FieldOwn in the place of a data set's.
func (s *Server) takeOwn(ctx context.Context, p *pageRequest) error {
	text := p.form.Get(views.FieldOwn)
	switch {
	case p.meta.IsOwn():
		return nil
	case text == "":
		p.notice = views.Notice{Text: "You have no points of your own yet. Draw on the picture, edit the table, or import one."}
		return nil
	}
	file, err := s.decodeOwn(ctx, text)
	if err != nil {
		return err
	}
	meta := keepMeta(file.Meta, file.Config, file.Config)
	meta.Source = ""
	// There may be classes without a point.
	next, err := s.doing(ctx, p)(p.State, journal.Import{Task: file.Config.Task, Classes: file.Config.Classes, Points: file.Data, Meta: meta})
	if err != nil {
		return wire.Within(views.FieldOwn, err)
	}
	p.setState(next, dropMeta)
	p.meta = meta
	p.notice = undoable("Your own data: %s points. The weights start again.", views.Grouped(len(next.Data)))
	return nil
}

// sourceMembers are the members of a source.
var sourceMembers = []string{"dataset", "points", "noise", "label_noise", "classes", "data_seed"}

// sourceControl returns the choice that shows a member of a source.
func sourceControl(c *views.Choices, member string) *string {
	return map[string]*string{
		"dataset": &c.Dataset, "points": &c.Points, "noise": &c.Noise, "label_noise": &c.LabelNoise, "classes": &c.DataClasses, "data_seed": &c.DataSeed,
	}[member]
}

// sourceOf returns the source of points that were drawn with these members of a recipe: see
// [table.Meta]. It leaves out what is empty.
func sourceOf(recipe url.Values) string {
	q := url.Values{}
	for _, name := range sourceMembers {
		text := strings.TrimSpace(recipe.Get(name))
		if v, err := strconv.ParseFloat(text, 64); err == nil { // 0200 is 200
			format := byte('f')
			if views.IsDecimal(name) { // which may be tiny; others are whole
				format = 'g'
			}
			text = strconv.FormatFloat(v, format, -1, 64)
		}
		if text != "" {
			q.Set(name, text)
		}
	}
	return strings.TrimPrefix(wire.WriteQuery(q), "?")
}

// sourceOfControls returns the source that the controls of a data set say, or "" for own data.
func sourceOfControls(c views.Choices) string {
	if _, known := dataset.Lookup(c.Dataset); !known {
		return ""
	}
	q := url.Values{}
	for _, name := range sourceMembers {
		q.Set(name, *sourceControl(&c, name))
	}
	return sourceOf(q)
}

// readSource returns the members of a source, and whether it names a data set.
func readSource(source string) (q url.Values, ok bool) {
	q, err := wire.ReadQuery(source)
	if err != nil {
		return nil, false
	}
	_, ok = dataset.Lookup(q.Get("dataset"))
	return q, ok
}

// drawSource draws the points of a source that readSource has read.
func (s *Server) drawSource(params url.Values) ([]nn.Point, dataset.Info, error) {
	if params.Has("data_seed") {
		params.Set("seed", params.Get("data_seed"))
	}
	return s.generate(params)
}

// findSource finds the source of points that say none, as those of an older page do: the data set of
// the controls, if it draws them.
func (s *Server) findSource(p *pageRequest) {
	c := p.choices
	source := sourceOfControls(c)
	if !p.meta.IsZero() || source == "" || c.Points != strconv.Itoa(len(p.State.Data)) {
		return
	}
	points, _, err := s.generate(datasetParams(c))
	if err == nil && slices.Equal(points, p.State.Data) {
		p.meta.Source = source
	}
}

// chosenData returns the data set that the page shows as chosen.
func chosenData(m table.Meta) string {
	if q, ok := readSource(m.Source); ok {
		return q.Get("dataset")
	}
	return views.OwnData
}

// showSource sets the controls of a data set to the source of the points. Own points leave them as
// they are.
func (p *pageRequest) showSource() {
	q, ok := readSource(p.meta.Source)
	if !ok {
		p.choices.Dataset = views.OwnData
		return
	}
	for _, name := range sourceMembers {
		*sourceControl(&p.choices, name) = q.Get(name)
	}
	fallback := defaultChoices()
	if p.choices.Points == "" {
		p.choices.Points = fallback.Points
	}
	if p.choices.DataSeed == "" {
		p.choices.DataSeed = fallback.DataSeed
	}
}

// edited returns the meta of points of which some were changed.
func edited(m table.Meta) table.Meta {
	if m.Source != "" {
		m.Source, m.Edited = "", m.Source
	}
	return m
}
