package handlers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/dataset"
	"github.com/nnvisu/nnvisu/nn/setting"
	"github.com/nnvisu/nnvisu/views"
)

// train answers POST /train with a stream of results.
func (s *Server) train(c echo.Context) error {
	if wantsHTML(c.Request()) {
		return s.trainPage(c)
	}
	if !accepts(c.Request(), "text/event-stream") {
		return notAcceptable("text/event-stream and text/html")
	}
	body, err := s.takeBody(c, s.admitStream)
	if err != nil {
		return err
	}
	m, err := s.decodeBody(c.Request(), body, wire.Train)
	if err != nil {
		return withID{err, m.ID}
	}
	return s.streamJSON(c, &m, false)
}

// trainRecipe answers GET /train: the same stream from a recipe in the query.
func (s *Server) trainRecipe(c echo.Context) error {
	html := wantsHTML(c.Request())
	if !html && !accepts(c.Request(), "text/event-stream") {
		return notAcceptable("text/event-stream and text/html")
	}
	if err := s.admitStream(c); err != nil {
		return err
	}
	query, err := wire.ReadQuery(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	m, err := s.readRecipe(query)
	if err != nil {
		return err
	}
	if html {
		return s.streamHTML(c, pageRequest{Message: m, choices: defaultChoices(), kept: views.NoMoment})
	}
	return s.streamJSON(c, &m, true)
}

// readRecipe reads a message from a query: the members of config with lists separated by commas,
// and a data set with its parameters. The seed and the number of classes are for both, unless
// data_seed gives the data set another seed.
func (s *Server) readRecipe(query url.Values) (wire.Message, error) {
	m := wire.NewMessage(wire.Train)
	m.Repeatable = true
	c := &m.State.Config
	params := url.Values{"dataset": {query.Get("dataset")}}
	if query.Has("seed") {
		params.Set("seed", query.Get("seed"))
	}
	for _, name := range slices.Sorted(maps.Keys(query)) { // in order: the same query, the same error
		var err error
		value := query.Get(name)
		switch name {
		case "dataset", "points", "noise", "label_noise":
			params.Set(name, value)
		case "data_seed":
			err = wire.ReadSeed(value, name, new(uint32))
			params.Set("seed", value)
		case "steps":
			err = wire.ReadInt(value, name, &m.Steps)
		case "frame_steps":
			err = m.ReadFrameSteps(value)
		case "frame_ms":
			err = wire.ReadInt(value, name, &m.FrameMS)
		default:
			member := setting.Lookup(name)
			if member == nil {
				return m, wire.Malformed(wire.Clip(name), "is not a parameter of a recipe")
			}
			err = wire.TextError(member.Parse(c, value))
		}
		if err != nil {
			return m, err
		}
	}
	if m.ClassesSet = query.Has("classes"); m.ClassesSet {
		params.Set("classes", query.Get("classes"))
	}
	if err := m.CheckCounts(wire.Train); err != nil {
		return m, err
	}
	if m.ClassesSet && c.Classes == 0 {
		return m, wire.Invalid("config.classes", "must be from %d to %d; got 0", nn.MinClasses, nn.MaxClasses)
	}
	if err := c.Validate(); err != nil {
		return m, err
	}
	points, info, err := s.generate(params)
	if err != nil {
		return m, err
	}
	if !query.Has("task") {
		c.Task = nn.Task(info.Task)
	} else if string(c.Task) != info.Task {
		return m, wire.Invalid("config.task", "must be %s for the data set %s; got %s", info.Task, info.Name, c.Task)
	}
	m.State.Data = points
	return m, nil
}

// data answers GET /data/{dataset}.
func (s *Server) data(c echo.Context) error {
	if !accepts(c.Request(), "application/json") {
		return notAcceptable("application/json")
	}
	query, err := wire.ReadQuery(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !wire.IsDataParameter(name) && name != parameterVersion {
			return wire.Malformed(wire.Clip(name), "is not a parameter of a data set")
		}
	}
	query.Set("dataset", wire.TrimDebris(c.Param("dataset")))
	return s.pure(c, "/data", query, s.makeData)
}

// makeData is the maker of a data set.
func (s *Server) makeData(ctx context.Context, query url.Values) ([]byte, string, error) {
	points, info, err := s.generate(query)
	if err != nil {
		return nil, "", err
	}
	if err := taskOf(ctx).reserve(taskBytes + bytesOfPointWork*int64(len(points))); err != nil {
		return nil, "", err
	}
	body := fmt.Appendf(wire.AppendPoints([]byte(`{"data":`), points), `,"task":%q}`+"\n", info.Task)
	return body, "application/json", nil
}

// defaultPoints is the number of points of a data set where the request does not say it.
const defaultPoints = 200

// generate makes the data set that the parameters dataset, points, classes, noise, label_noise and
// seed describe.
func (s *Server) generate(params url.Values) ([]nn.Point, dataset.Info, error) {
	info, ok := dataset.Lookup(params.Get("dataset"))
	if !ok {
		return nil, info, wire.Invalid("dataset", "must be one of %s; got %q",
			strings.Join(datasetNames(), ", "), wire.Clip(params.Get("dataset")))
	}
	p := dataset.Params{Points: min(defaultPoints, s.config.MaxPoints), Noise: info.DefaultNoise, Seed: 1}
	wrong := []error{
		optional(params, "points", &p.Points, wire.ReadInt),
		optional(params, "classes", &p.Classes, wire.ReadInt),
		optional(params, "noise", &p.Noise, wire.ReadFloat),
		optional(params, "label_noise", &p.LabelNoise, wire.ReadFloat),
		optional(params, "seed", &p.Seed, wire.ReadSeed),
	}
	if p.Points < 1 {
		wrong = append(wrong, wire.Invalid("points", "must be from 1 to %d; got %d", s.config.MaxPoints, p.Points))
	} else if p.Points > s.config.MaxPoints {
		wrong = append(wrong, wire.TooLarge("points", "must be from 1 to %d; got %d", s.config.MaxPoints, p.Points))
	}
	if wrong[1] == nil && params.Has("classes") && p.Classes == 0 && info.MaxClasses > 0 {
		wrong = append(wrong, wire.Invalid("classes", "must be from %d to %d; got 0", info.MinClasses, info.MaxClasses))
	}
	if err := errors.Join(append(wrong, dataset.Check(info.Name, p))...); err != nil {
		return nil, info, err
	}
	made, err := dataset.Generate(info.Name, p)
	if err != nil {
		return nil, info, err
	}
	points := make([]nn.Point, len(made))
	for i, p := range made {
		points[i] = nn.Point(p)
	}
	return points, info, nil
}

// optional reads a parameter that may be left out.
func optional[T any](
	params url.Values, name string, dst *T, read func(text, path string, dst *T) error,
) error {
	if params.Has(name) {
		return read(params.Get(name), name, dst)
	}
	return nil
}

// datasetNames returns the wire names of the data sets.
func datasetNames() []string {
	var names []string
	for _, info := range dataset.All() {
		names = append(names, string(info.Name))
	}
	return names
}
