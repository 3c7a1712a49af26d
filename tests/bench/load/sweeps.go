package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json"
)

// sweepCells is how many cells a sweep of this program has: as many as one may have.
const sweepCells = 144

// sweepSteps is how many updates each of its cells makes.
const sweepSteps = 2000

// runSweeps lets some clients, each of another address, ask for one sweep after the other until the
// context ends. It counts the cells that come.
func runSweeps(ctx context.Context, root *url.URL, clients int, cells *atomic.Int64) error {
	s, err := defaultLab.state()
	if err != nil {
		return err
	}
	var parts [2][]byte
	for i, v := range []any{s.Config, s.Data} {
		if parts[i], err = json.Marshal(v); err != nil {
			return err
		}
	}
	body := fmt.Sprintf(`{"config":%s,"data":%s,"steps":%d,"over":{"seed":{"from":1,"to":%d,"count":%d}}}`, parts[0], parts[1], sweepSteps, sweepCells, sweepCells)
	failed := make([]error, clients)
	var wait sync.WaitGroup
	for i := range clients {
		wait.Go(func() {
			client := http.Client{Transport: &http.Transport{DialContext: dialer(fmt.Sprintf("127.0.1.%d", i+1)).DialContext}}
			defer client.CloseIdleConnections()
			for failed[i] == nil && ctx.Err() == nil {
				failed[i] = askSweep(ctx, &client, root, body, cells)
			}
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

// askSweep asks for a sweep and reads it to its end, or to that of the context.
func askSweep(ctx context.Context, client *http.Client, root *url.URL, body string, cells *atomic.Int64) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, root.JoinPath("sweep").String(), strings.NewReader(body))
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("POST /sweep = %s", response.Status)
	}
	done := ""
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch line := lines.Text(); line {
		case "event: sweep_cell":
			cells.Add(1)
		case "event: done", "event: error":
			done = line
		}
	}
	if done != "event: done" && ctx.Err() == nil {
		return fmt.Errorf("the sweep ended with %q, %v", done, lines.Err())
	}
	return nil
}
