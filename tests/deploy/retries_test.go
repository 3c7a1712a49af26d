//go:build unix

package deploy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/nnvisu/nnvisu/tests/contract"
	"github.com/nnvisu/nnvisu/tests/fleet"
	"github.com/nnvisu/nnvisu/tests/tools"
)

// stubs are three replicas that do what the path asks for, and remember who asked.
type stubs struct {
	mu    sync.Mutex
	asked map[string]int // replicas that a path was asked of
}

// ServeHTTP answers /busy with busy, /public/old with 404 at the replica that is asked first, and
// /dead with the end of the connection. All else is answered with the headers of the request.
func (s *stubs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	s.asked[r.URL.Path]++
	n := s.asked[r.URL.Path]
	s.mu.Unlock()
	switch {
	case err != nil:
		return
	case r.URL.Path == "/busy":
		w.Header().Set("Retry-After", "7")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"type":"error","error":{"code":"busy","message":"no room","retry_after":7}}`)
	case r.URL.Path == "/public/old" && n == 1, r.URL.Path == "/public/none":
		w.WriteHeader(http.StatusNotFound)
	case r.URL.Path == "/dead":
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			c.Close()
		}
	default:
		fmt.Fprintf(w, "host: %s\nfor: %s\nbody: %d\n", r.Host, strings.Join(r.Header.Values("X-Forwarded-For"), ", "), len(body))
	}
}

// TestBalancerAsksAgain: what a balancer asks another replica for, and what it passes on.
func TestBalancerAsksAgain(t *testing.T) {
	each(t, func(t *testing.T, balancer string) {
		s := &stubs{asked: map[string]int{}}
		var addrs []string
		for range 3 {
			replica := httptest.NewServer(s)
			t.Cleanup(replica.Close)
			addrs = append(addrs, replica.Listener.Addr().String())
		}
		b, err := fleet.StartBalancer(t.Context(), fleet.Options{
			Balancer: balancer, Dir: t.TempDir(), Path: tools.Balancer(t, root, balancer),
		}, addrs)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Kill)
		client := &contract.Server{Root: "http://" + b.Addr, Client: &http.Client{}}
		t.Cleanup(client.Client.CloseIdleConnections)

		// asks returns how many replicas were asked.
		asks := func(method, path string, headers ...string) (contract.Reply, int) {
			t.Helper()
			var body []byte
			if method == "POST" {
				body = []byte("{}")
			}
			reply, err := client.Fetch(contract.Soon(t), method, path, body, headers...)
			if err != nil && !errors.Is(err, io.EOF) {
				t.Errorf("%s %s: %v", method, path, err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			return reply, s.asked[path]
		}

		reply, n := asks("POST", "/busy")
		if _, err := reply.Read(); n > 3 || reply.Status != 503 || reply.Header.Get("Retry-After") != "7" {
			t.Errorf("POST of what is busy everywhere: %d replicas were asked, status %d, Retry-After %q, %v; want at most 3 and the answer of the last one",
				n, reply.Status, reply.Header.Get("Retry-After"), err)
		}
		if reply, n := asks("GET", "/public/old"); reply.Status != 200 || n != 2 {
			t.Errorf("GET of a file that one replica has not: status %d, %d replicas were asked; want 200 and 2", reply.Status, n)
		}
		if reply, n := asks("GET", "/public/none"); reply.Status != 404 || n < 3 {
			t.Errorf("GET of a file that none has: status %d, %d replicas were asked; want 404 and all", reply.Status, n)
		}
		// nginx cannot tell a replica that dies from one that it cannot reach. HAProxy ends a
		// connection that had requests before.
		most := map[string]int{"haproxy": 1, "caddy": 1, "nginx": 3}[balancer]
		if reply, n := asks("POST", "/dead"); reply.Status != 502 && reply.Status != 0 || n != most {
			t.Errorf("POST to replicas that die of it: status %d, %d replicas were asked; want 502 and %d", reply.Status, n, most)
		}
		reply, _ = asks("POST", "/echo", "X-Forwarded-For", "192.0.2.7")
		got := lines(reply.Body)
		if got["for"] != "127.0.0.1" || got["host"] != b.Addr {
			t.Errorf("a replica gets %v; want the host %s, and the client's own address for X-Forwarded-For", got, b.Addr)
		}
		if balancer != "haproxy" { // has no limit of its own, and a replica has
			reply, err := client.Fetch(contract.Soon(t), "POST", "/large", make([]byte, 16<<20+1))
			if err == nil && reply.Status != http.StatusRequestEntityTooLarge {
				t.Errorf("POST of more than 16 MB: status %d; want 413", reply.Status)
			}
		}
		if reply, err := client.Fetch(contract.Soon(t), "POST", "/full", make([]byte, 16<<20)); err != nil || lines(reply.Body)["body"] != fmt.Sprint(16<<20) {
			t.Errorf("POST of 16 MB: %v, status %d %s; want it to arrive", err, reply.Status, contract.Clip(reply.Body))
		}
	})
}

// lines reads lines of the form name: value.
func lines(text []byte) map[string]string {
	all := map[string]string{}
	for l := bufio.NewScanner(strings.NewReader(string(text))); l.Scan(); {
		name, value, _ := strings.Cut(l.Text(), ": ")
		all[name] = value
	}
	return all
}
