package sim

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/nnvisu/nnvisu/handlers"
	"github.com/nnvisu/nnvisu/handlers/stream"
)

// A replica is a server that can be stopped, killed and started again, as another release, too.
type replica struct {
	world   *world
	name    string
	host    string
	release string
	app     *handlers.Server
	web     *http.Server
}

// Times of a replica, as the flags of the command have them.
const (
	drainDelay      = time.Second
	shutdownTimeout = 10 * time.Second
)

// start serves as a release. Nothing is kept from before.
func (r *replica) start(release string) {
	config := r.world.limits
	config.Logger = slog.New(alarm{r})
	app, err := newServer(config, release)
	if err != nil {
		panic(err) // the limits are wrong
	}
	r.release, r.app = release, app
	r.world.apps = append(r.world.apps, app)
	r.web = r.world.serve(r.host, r.world.bug.changed(labelled(app, r.name, release)), app.ConnState)
	r.world.journal.note(r.name, "starts as release %s", release)
}

// drain stops in good order, as the command does after a signal.
func (r *replica) drain() {
	r.world.journal.note(r.name, "drains")
	r.app.Drain()
	time.Sleep(drainDelay)
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if r.web.Shutdown(ctx) != nil || r.app.Wait(ctx) != nil {
		r.web.Close()
	}
	r.world.network.Cut(r.host)
}

// kill stops without a word.
func (r *replica) kill() {
	r.world.journal.note(r.name, "is killed")
	r.web.Close()
	r.world.network.Cut(r.host)
}

// serve answers for a host, as the command does.
func (w *world) serve(host string, h http.Handler, connState func(net.Conn, http.ConnState)) *http.Server {
	l, err := w.network.Listen(host)
	if err != nil {
		panic(err) // the host is started twice
	}
	web := &http.Server{
		Handler:           h,
		ConnContext:       stream.ConnContext,
		ConnState:         connState,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // broken lines, and proxies that give up
	}
	go web.Serve(l)
	return web
}

// labelled says in each answer who gave it.
func labelled(h http.Handler, name, release string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(headerReplica, name)
		w.Header().Set(headerRelease, release)
		h.ServeHTTP(w, r)
	})
}

// Headers of an answer.
const (
	headerReplica = "Simulated-Replica"
	headerRelease = "Simulated-Release"
)

// An alarm is a log in which an error is a violation: no fault of a network is the server's own.
type alarm struct{ replica *replica }

func (alarm) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (a alarm) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(attr slog.Attr) bool { text += " " + attr.String(); return true })
	a.replica.world.journal.violated(a.replica.name, "logs an error: %s", text)
	return nil
}

func (a alarm) WithAttrs([]slog.Attr) slog.Handler { return a }
func (a alarm) WithGroup(string) slog.Handler      { return a }
