package handlers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/handlers/wire"
	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/export"
	"github.com/nnvisu/nnvisu/nn/goal"
	"github.com/nnvisu/nnvisu/nn/handin"
	"github.com/nnvisu/nnvisu/nn/journal"
	"github.com/nnvisu/nnvisu/nn/table"
	"github.com/nnvisu/nnvisu/views"
)

// A readHandIn is a hand-in that is not replayed yet.
type readHandIn struct {
	run  handin.Run
	goal goal.Goal  // that the run has itself
	meta table.Meta // of the file
}

// read reads a hand-in: the text of a saved state, a link, or a journal.
func (v *verification) read(text string) (h readHandIn, err error) {
	text = unwrapLink(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")))
	var query string
	if _, packed, ok := strings.Cut(text, "#state="); ok {
		if text, err = v.unpackLink(packed); err != nil {
			return h, err
		}
		h.run.Beyond = true
	}
	switch {
	case strings.HasPrefix(text, "{"):
		text, query, err = v.readSaved(&h, text)
	case strings.Contains(text, views.FieldJournal+"="):
		text, query, err = readHandInLink(text)
	case strings.ContainsAny(text, "?/"): // a journal has none of them
		err = otherLink(text)
	}
	if err != nil {
		return h, err
	}
	told, claimed := handin.Split(text)
	if h.run.Journal, err = journal.Read(told); err != nil {
		return h, wire.Malformed(views.FieldJournal, "cannot be read: %v", err)
	}
	if claimed != "" {
		claim, err := handin.Read(claimed)
		if err != nil {
			return h, wire.Malformed(views.FieldJournal, "cannot be read: %v", err)
		}
		h.run.Claim = &claim
	}
	if of := goalOfRecipe(h.run.Journal.Recipe); of != "" {
		query = of
	}
	h.goal, err = goal.Parse(query)
	return h, err
}

// readHandInLink returns the journal of a link, and its goal.
func readHandInLink(text string) (told, of string, err error) {
	if _, after, ok := strings.Cut(text, "?"); ok {
		text = after
	}
	text, _, _ = strings.Cut(text, "#")
	query, err := wire.ReadQuery(text, views.FieldHide, views.FieldLock)
	if err != nil {
		return "", "", err
	}
	return query.Get(views.FieldJournal), query.Get(views.FieldGoal), nil
}

// longestWrapped is the most bytes of a link that stands in another one's query, with three for each of its
// characters, and of that other one.
const longestWrapped = 4 * handin.MaxText

// wrappers are the parameters in which other sites have the link that leads on: url of Outlook's Safe Links
// and of Google, q of Google, and u of Facebook.
var wrappers = []string{"url", "q", "u"}

// mostWrapped is how many sites a link may lead over.
const mostWrapped = 3

// unwrapLink returns the link in a link that leads over other sites, as mail programs of schools write
// all links; and any other text as it is. A link of the lab has none of those parameters.
func unwrapLink(text string) string {
	if len(text) > longestWrapped {
		return text
	}
	for range mostWrapped {
		if link, ok := defended(text); ok {
			text = link
			continue
		}
		address, raw, _ := strings.Cut(text, "?")
		if !isAddress(address) || strings.Contains(raw, "#state=") { // which is the link's own
			break
		}
		query, _ := url.ParseQuery(raw) // what of it can be read
		i := slices.IndexFunc(wrappers, func(name string) bool { return isAddress(query.Get(name)) })
		if i < 0 {
			break
		}
		text = query.Get(wrappers[i])
	}
	return text
}

// defended returns the link in one of Proofpoint: "https://urldefense.com/v3/__LINK__;!!…$", or one whose u has
// the link with - for % and _ for /. Where stars stand for letters of the link, it stays as it is.
func defended(text string) (link string, ok bool) {
	if !strings.HasPrefix(text, "https://urldefense.") {
		return "", false
	}
	if _, after, newer := strings.Cut(text, "/v3/__"); newer {
		link, _, ok = strings.Cut(after, "__;")
		return link, ok && isAddress(link) && !strings.Contains(link, "*")
	}
	_, raw, _ := strings.Cut(text, "?")
	query, _ := url.ParseQuery(raw) // what of it can be read
	link, err := url.PathUnescape(strings.NewReplacer("-", "%", "_", "/").Replace(query.Get("u")))
	return link, err == nil && isAddress(link)
}

func isAddress(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// otherLink says what is wrong with a link that has no run.
func otherLink(text string) error {
	if assignedQuery(text) != nil {
		return wire.Malformed(views.FieldJournal, "cannot be read: this is the short link of a lab, without what was done; "+
			"hand in the notebook link of Share, or the file")
	}
	return wire.Malformed(views.FieldJournal, "cannot be read: this is a link without a run; hand in the notebook link of Share, or the file")
}

// readSaved reads a saved state, and returns its journal and its goal.
func (v *verification) readSaved(h *readHandIn, text string) (told, of string, err error) {
	const field = "state"
	file, err := wire.DecodeFile(text, field, v.s.limits(v.ctx))
	if err != nil {
		return "", "", err
	}
	if file.Journal == "" || file.Journal == views.JournalTooLong {
		return "", "", wire.Invalid(views.FieldJournal, "is not in this file: nobody knows how its run began, or too much was done in it")
	}
	m := wire.NewMessage(wire.Train)
	m.State = file.State
	if err := v.s.checkState(v.ctx, &m); err != nil {
		return "", "", wire.Within(field, err)
	}
	if err := errors.Join(file.History.Validate(), wire.CheckMeta(file.Meta, views.FieldMeta)); err != nil {
		return "", "", wire.Within(field, err)
	}
	h.run.Saved, h.run.Curves, h.meta = &m.State, file.History, file.Meta
	return file.Journal, file.Lesson.Goal, nil
}

// notTheirs returns the data set that a file says its points are, if they are not those; or "". Of points
// that were edited it may say another than the journal. What was imported may have come from anywhere.
func (v *verification) notTheirs(m table.Meta, run *handin.Run) string {
	if m.Source != "" {
		params, ok := readSource(m.Source)
		if !ok {
			return m.Source
		}
		if points, _, err := v.s.drawSource(params); err != nil || !slices.Equal(points, run.Last.Data) {
			return params.Get("dataset")
		}
		return ""
	}
	told := run.Journal.Meta()
	of, ok := readSource(cmp.Or(told.Source, told.Edited))
	if edited, _ := readSource(m.Edited); m.Edited != "" && ok && edited.Get("dataset") != of.Get("dataset") {
		return cmp.Or(edited.Get("dataset"), m.Edited)
	}
	return ""
}

// unpackLink returns the saved state of a link. A short link may hold gigabytes: all links of a request
// together have no more than a body.
func (v *verification) unpackLink(packed string) (string, error) {
	damaged := wire.Malformed(views.FieldJournal, "cannot be read: its link was cut off or changed on its way")
	data, err := base64.RawURLEncoding.DecodeString(wire.TrimDebris(packed))
	if err != nil {
		return "", damaged
	}
	r := gzipReaders.Get().(unpacker)
	defer func() {
		_ = r.Reset(strings.NewReader("")) // lets go of the text; that "" is not compressed is no error here
		gzipReaders.Put(r)
	}()
	if err := r.Reset(bytes.NewReader(data)); err != nil {
		return "", damaged
	}
	t := taskOf(v.ctx)
	source := &unpacking{r: r, ctx: v.ctx}
	text, err := t.readAll(io.LimitReader(source, v.room+1), min(4*int64(len(data)), v.room), t.reserved)
	v.room -= int64(len(text))
	switch {
	case source.gone != nil:
		return "", source.gone
	case v.room < 0:
		return "", wire.TooLarge(views.FieldJournal, "is in a link that is larger unpacked than one request may be, which is %d bytes", v.s.config.MaxBody)
	case source.err != nil:
		return "", damaged
	case err != nil:
		return "", err
	}
	return string(text), t.reserveMore(decodedBytes(text))
}

// A lessonStart is what hand-ins are compared with.
type lessonStart struct {
	state   *nn.State        // with which the run begins; nil: nobody says
	journal *journal.Journal // with which it begins, after that state; nil: with nothing
	goal    goal.Goal
}

// acts returns how many acts the lesson brings.
func (l *lessonStart) acts() int {
	if l.journal == nil {
		return 0
	}
	return len(l.journal.Entries)
}

// isGoal reports whether the text of a lesson is a goal alone: it is no link, and has no parameter.
func isGoal(text string) bool {
	if strings.Contains(text, "?") || strings.Contains(text, "://") {
		return false
	}
	name, _, parameter := strings.Cut(text, "=")
	return !parameter || strings.ContainsAny(name, "<>≤≥ ,") // "units <= 6"
}

// readLessonStart reads what a teacher gives with hand-ins: the link of the lesson, its query, or a goal
// alone; or nothing.
func (s *Server) readLessonStart(ctx context.Context, text string) (start lessonStart, err error) {
	const field = "lesson"
	text = unwrapLink(strings.TrimSpace(text))
	if isGoal(text) {
		start.goal, err = goal.Parse(text)
		return start, asField(field, err)
	}
	if strings.Contains(text, "#state=") {
		return start, wire.Invalid(field, "must be a short link or a notebook link; a full link does not say how its run began")
	}
	address, after, link := strings.Cut(text, "?")
	switch {
	case link:
		text = after
	case strings.Contains(address, "://"): // of the page itself
		text, link = "", true
	}
	text, _, _ = strings.Cut(text, "#")
	query, err := wire.ReadQuery(text, views.FieldHide, views.FieldLock)
	if err != nil {
		return start, asField(field, err)
	}
	var lesson export.Lesson
	if lesson, err = takeLesson(query); err != nil {
		return start, asField(field, err)
	}
	if told, _ := handin.Split(query.Get(views.FieldJournal)); told != "" {
		j, err := journal.Read(told)
		if err != nil {
			return start, wire.Malformed(field, "has a journal that cannot be read: %v", err)
		}
		if lesson.Goal == "" {
			lesson.Goal = goalOfRecipe(j.Recipe)
		}
		if query, err = wire.ReadQuery(j.Recipe); err != nil {
			return start, asField(field, err)
		}
		query.Del(goal.Field)
		start.journal = &j
	}
	if start.goal, err = goal.Parse(lesson.Goal); err != nil {
		return start, asField(field, err)
	}
	start.goal = start.goal.CountAfter(start.acts())
	if e := views.LookupExperiment(lesson.Experiment); e != nil && len(query) == 0 {
		if query, err = wire.ReadQuery(e.Query); err != nil {
			return start, err
		}
	}
	switch {
	case len(query) == 0 && link: // which opens what a first visit shows
		first, err := s.firstRequest()
		start.state = &first.State
		return start, err
	case len(query) == 0:
		return start, nil // a goal alone, as a query has it
	}
	if !query.Has("dataset") {
		query.Set("dataset", firstDataset)
	}
	m, err := s.readRecipe(query)
	if err == nil {
		err = s.checkState(ctx, &m)
	}
	if err != nil {
		return start, asField(field, err)
	}
	start.state = &m.State
	return start, nil
}

// asField returns the error of a part of a field as one of the field.
func asField(field string, err error) error {
	b := describe(err)
	if err == nil || b.Code == wire.CodeInternal || b.Code == wire.CodeBusy {
		return err
	}
	return &wire.Error{Code: b.Code, Field: field, Message: strings.TrimSpace("cannot be opened: " + b.Field + " " + b.Message)}
}
