package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/nnvisu/nnvisu/nn"
)

// A soakKind is a kind of honest clients. visit returns when it has what it came for.
type soakKind struct {
	name  string
	visit func(ctx context.Context, k *soak, seed uint64) error
}

var soakKinds = []soakKind{
	{"page", visitPage},
	{"page over a socket", visitPageSocket},
	{"steps", visitSteps},
	{"steps over a socket", visitSocket},
	{"stream of a program", visitStream},
	{"files", visitFiles},
	{"imports", visitImports},
}

// soakLab returns a lab, another one for each seed.
func soakLab(seed uint64) lab {
	r := rand.New(rand.NewPCG(seed, 0))
	l := lab{points: 10 + r.IntN(300), batch: r.IntN(3) * 10, classes: 2 + r.IntN(3), optimizer: nn.Optimizers()[r.IntN(len(nn.Optimizers()))]}
	for range r.IntN(4) {
		l.hidden = append(l.hidden, 1+r.IntN(12))
	}
	return l
}

const formType = "application/x-www-form-urlencoded"

// trained is how many updates a page's visit makes, and how many a frame.
const (
	trained  = 60
	perFrame = 20
)

// soakForm returns the page's form to train a lab for some updates.
func soakForm(seed uint64) (url.Values, error) {
	return pageForm(soakLab(seed), "steps", fmt.Sprint(trained), "frame_steps", fmt.Sprint(perFrame), "frame_ms", "50")
}

func visitPage(ctx context.Context, k *soak, seed uint64) error {
	first := exchanged{method: http.MethodGet, path: "/"}
	text, err := k.ask(ctx, first)
	if err != nil {
		return err
	}
	first.answer = text
	k.keep(first)
	form, err := soakForm(seed)
	if err != nil {
		return err
	}
	answer, err := k.ask(ctx, exchanged{method: http.MethodPost, path: "/train", contentType: formType,
		header: []string{"HX-Request", "true"}, body: []byte(form.Encode())})
	if err != nil {
		return err
	}
	if !bytes.Contains(answer, []byte(`{"reason":"steps"}`)) {
		return errBusy // it had to give way; a page would post again
	}
	return checkNetwork(ctx, k, seed, string(answer))
}

func visitPageSocket(ctx context.Context, k *soak, seed uint64) error {
	form, err := soakForm(seed)
	if err != nil {
		return err
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	message, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return k.dial(ctx, "/ws/page", func(conn *websocket.Conn) error {
		if err := conn.Write(ctx, websocket.MessageText, message); err != nil {
			return err
		}
		newest := ""
		for {
			_, text, err := conn.Read(ctx)
			switch {
			case err != nil:
				return err
			case bytes.Contains(text, []byte(`{"reason":"steps"}`)):
				return checkNetwork(ctx, k, seed, newest)
			case bytes.HasPrefix(text, []byte(`{"reason"`)):
				return errBusy
			case !bytes.HasPrefix(text, []byte("{")):
				newest = string(text)
			}
		}
	})
}

var hiddenNetwork = regexp.MustCompile(`name="network" value="([^"]*)"`)

// checkNetwork returns an error unless the last network of some frames is what a program gets by as
// many updates. That is kept.
func checkNetwork(ctx context.Context, k *soak, seed uint64, frames string) error {
	all := hiddenNetwork.FindAllStringSubmatch(frames, -1)
	if len(all) == 0 {
		return fmt.Errorf("no frame has a network: %.300s", frames)
	}
	body, err := soakLab(seed).body(trained)
	if err != nil {
		return err
	}
	network, err := k.step(ctx, body)
	if err != nil {
		return err
	}
	if got := html.UnescapeString(all[len(all)-1][1]); got != string(network) {
		return fmt.Errorf("the network of the last frame is %.300s; want that of a step, %.300s", got, network)
	}
	return nil
}

// step posts a train_step, keeps the answer and returns its network.
func (k *soak) step(ctx context.Context, body []byte) (jsontext.Value, error) {
	e := exchanged{method: http.MethodPost, path: "/step", contentType: "application/json", body: body}
	answer, err := k.ask(ctx, e)
	if err != nil {
		return nil, err
	}
	e.answer = answer
	k.keep(e)
	return networkOf(answer)
}

func networkOf(answer []byte) (jsontext.Value, error) {
	var result struct {
		Network jsontext.Value `json:"network"`
	}
	err := json.Unmarshal(answer, &result)
	if err == nil && len(result.Network) == 0 {
		err = fmt.Errorf("the answer has no network: %.300s", answer)
	}
	return result.Network, err
}

// visitSteps makes some steps, each from the answer of the one before.
func visitSteps(ctx context.Context, k *soak, seed uint64) error {
	s, err := soakLab(seed).state()
	if err != nil {
		return err
	}
	var network jsontext.Value
	for range 10 {
		body, err := message(s.Config, network, s.Data, 5)
		if err != nil {
			return err
		}
		if network, err = k.step(ctx, body); err != nil {
			return err
		}
	}
	return nil
}

// visitSocket makes steps over a socket. Their answers are those of posts.
func visitSocket(ctx context.Context, k *soak, seed uint64) error {
	body, err := soakLab(seed).body(10)
	if err != nil {
		return err
	}
	return k.dial(ctx, "/ws", func(conn *websocket.Conn) error {
		for range 5 {
			if err := conn.Write(ctx, websocket.MessageText, body); err != nil {
				return err
			}
			_, answer, err := conn.Read(ctx)
			if err != nil {
				return err
			}
			if bytes.Contains(answer[:min(len(answer), 300)], []byte(`"busy"`)) {
				return errBusy
			}
			if _, err := networkOf(answer); err != nil {
				return err
			}
			answer = append(answer, '\n') // which ends the line of an answer to a post
			k.keep(exchanged{method: http.MethodPost, path: "/step", contentType: "application/json", body: body, answer: answer})
		}
		return nil
	})
}

func (k *soak) dial(ctx context.Context, path string, use func(*websocket.Conn) error) error {
	conn, err := dialSocket(ctx, k.url+path, websocket.DialOptions{HTTPClient: k.client})
	if err != nil {
		return err
	}
	defer conn.CloseNow()
	err = use(conn)
	if websocket.CloseStatus(err) == websocket.StatusTryAgainLater {
		return errBusy
	}
	return err
}

// visitStream reads a stream of a program to its end.
func visitStream(ctx context.Context, k *soak, seed uint64) error {
	body, err := soakLab(seed).body(200)
	if err != nil {
		return err
	}
	body = append(body[:len(body)-1], `,"frame_steps":20}`...)
	e := exchanged{method: http.MethodPost, path: "/train", contentType: "application/json", body: body}
	if e.answer, err = k.ask(ctx, e); err != nil {
		return err
	}
	if !bytes.Contains(e.answer, []byte(`{"reason":"steps"}`)) {
		return errBusy // it had to give way
	}
	k.keep(e)
	return nil
}

// visitFiles exports a network in each format, and asks what it says.
func visitFiles(ctx context.Context, k *soak, seed uint64) error {
	s, err := soakLab(seed).state()
	if err != nil {
		return err
	}
	body, err := message(s.Config, nil, s.Data, 1)
	if err != nil {
		return err
	}
	network, err := k.step(ctx, body)
	if err != nil {
		return err
	}
	if body, err = message(s.Config, network, s.Data, 1); err != nil {
		return err
	}
	asked := strings.NewReplacer(`"type":"train_step",`, "", `,"steps":1}`, "}").Replace(string(body))
	requests := []exchanged{{method: http.MethodPost, path: "/predict", body: []byte(asked)}}
	for _, format := range []string{"pytorch", "numpy", "go", "javascript", "onnx", "state"} {
		text := strings.TrimSuffix(asked, "}") + `,"format":"` + format + `"}`
		requests = append(requests, exchanged{method: http.MethodPost, path: "/export", body: []byte(text)})
	}
	for _, e := range requests {
		e.contentType = "application/json"
		if e.answer, err = k.ask(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", e.path, err)
		}
		k.keep(e)
	}
	return nil
}

// visitImports previews a table and takes its points, as the page does.
func visitImports(ctx context.Context, k *soak, seed uint64) error {
	s, err := soakLab(seed).state()
	if err != nil {
		return err
	}
	var table strings.Builder
	table.WriteString("x,y,label\n")
	for _, p := range s.Data {
		fmt.Fprintf(&table, "%v,%v,%v\n", p.X, p.Y, p.Label)
	}
	for _, act := range []string{"import-preview", "import"} {
		form, err := soakForm(seed)
		if err != nil {
			return err
		}
		form.Set("act", act)
		form.Set("table_text", table.String())
		form.Set("table_header", "yes")
		e := exchanged{method: http.MethodPost, path: "/edit", contentType: formType, header: []string{"HX-Request", "true"}, body: []byte(form.Encode())}
		if e.answer, err = k.ask(ctx, e); err != nil {
			return fmt.Errorf("%s: %w", act, err)
		}
		if len(e.answer) == 0 {
			return errors.New(act + ": an empty answer")
		}
		k.keep(e)
	}
	return nil
}
