package sim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/coder/websocket"
	"golang.org/x/net/html"

	"github.com/nnvisu/nnvisu/tests/contract"
)

// newForm returns what the form of a page has when its user clicks on Train.
func newForm(c *client) map[string]string {
	return map[string]string{
		"config":      string(contract.Encode(c.course.config)),
		"data":        string(contract.Encode(c.course.data)),
		"network":     "",
		"history":     "",
		"frame_steps": strconv.Itoa(c.frameSteps),
		"until_step":  strconv.Itoa(c.goal),
	}
}

// fields returns what the page posts.
func (c *client) fields() map[string]string {
	fields := maps.Clone(c.form)
	if at := c.at(); c.world.bug.resumeAt(at) != at {
		fields["network"] = string(c.course.states[c.world.bug.resumeAt(at)].Network)
	}
	return fields
}

// followPage posts the form to /train and puts the fragments of the stream into the page.
func (c *client) followPage(ctx context.Context) error {
	form := url.Values{}
	for name, value := range c.fields() {
		form.Set(name, value)
	}
	answer, err := c.post(ctx, "/train", []byte(form.Encode()),
		"Content-Type", "application/x-www-form-urlencoded", "HX-Request", "true", "Nnvisu-Release", c.release, "Nnvisu-Tab", c.name)
	if err != nil {
		return c.reloaded(err)
	}
	defer answer.Body.Close()
	for events := newEvents(answer.Body); ; {
		event, err := events.next()
		if err != nil {
			return err
		}
		if event == (contract.Event{}) {
			continue // a script does not see comments
		}
		c.heard()
		switch event.Name {
		case "":
			if err := c.swap(event.Data, answer.Header); err != nil {
				return err
			}
		case "done":
			return c.reloaded(c.ended(event.Reason()))
		case "alive":
		default:
			c.violated("receives the event %s: %s", event.Name, event.Data)
			return errors.New("a wrong event")
		}
	}
}

// conversePage sends the form over a socket and puts the fragments into the page.
func (c *client) conversePage(ctx context.Context) error {
	conn, header, err := c.dial(ctx, "/ws/page?release="+c.release+"&tab="+c.name)
	if err != nil {
		return c.reloaded(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(ctx, websocket.MessageText, contract.Encode(c.fields())); err != nil {
		return err
	}
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return closedError(err)
		}
		c.heard()
		switch {
		case string(text) == "{}": // a sign of life
		case strings.HasPrefix(string(text), `{"release":`):
			if want := fmt.Sprintf(`{"release":%q}`, c.release); string(text) != want {
				c.violated("is greeted by %s; want %s", text, want)
			}
		case text[0] == '{':
			return c.reloaded(c.ended(contract.Event{Data: string(text)}.Reason()))
		default:
			if err := c.swap(string(text), header); err != nil {
				return err
			}
		}
	}
}

// swap puts the hidden fields of a fragment into the form, as htmx does.
func (c *client) swap(fragment string, from http.Header) error {
	if r := from.Get(headerRelease); r != c.release {
		c.violated("is of release %s, and a frame of release %s", c.release, r)
	}
	found := hiddenFields(fragment)
	network, ok := found["network"]
	if !ok {
		c.violated("gets a fragment without a network: %s", contract.Clip([]byte(fragment)))
		return errors.New("a wrong fragment")
	}
	step := stepOf([]byte(network))
	if step <= c.at() || step > c.goal || (step-c.at())%c.frameSteps != 0 && step != c.goal {
		c.violated("is shown step %d after step %d, by %d steps to %d", step, c.at(), c.frameSteps, c.goal)
		return errors.New("a wrong frame")
	}
	if want := string(c.course.states[step].Network); network != want {
		c.violated("is shown at step %d the network %s; want %s", step, network, want)
		return errors.New("a wrong frame")
	}
	for name := range c.form {
		if value, ok := found[name]; ok {
			c.form[name] = value
		}
	}
	c.form["until_step"] = strconv.Itoa(c.goal) // which the last frame empties
	c.reach(step)
	return nil
}

// reloaded loads the page again if another release has refused it. What the page had is kept.
func (c *client) reloaded(err error) error {
	if errors.Is(err, releaseError{}) {
		for i, r := range releases {
			if r == c.release {
				c.release = releases[(i+1)%len(releases)]
				break
			}
		}
		c.note("reloads as release %s", c.release)
	}
	return err
}

// hiddenFields returns the values of the hidden fields of a fragment.
func hiddenFields(fragment string) map[string]string {
	fields := map[string]string{}
	for z := html.NewTokenizer(strings.NewReader(fragment)); z.Next() != html.ErrorToken; {
		name, hasAttributes := z.TagName()
		if string(name) != "input" {
			continue
		}
		attributes := map[string]string{}
		for hasAttributes {
			var key, value []byte
			key, value, hasAttributes = z.TagAttr()
			attributes[string(key)] = string(value)
		}
		if attributes["type"] == "hidden" {
			fields[attributes["name"]] = attributes["value"]
		}
	}
	return fields
}
