package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// echoOptions say how much a server sends that does nothing else: the limit of any server on this
// machine, with these libraries and this client.
type echoOptions struct {
	addr   string
	answer int
	frame  int
}

func (o *echoOptions) define(fs *flag.FlagSet) {
	fs.StringVar(&o.addr, "addr", "127.0.0.1:8899", "`host:port` to listen on")
	fs.IntVar(&o.answer, "answer", 8000, "`bytes` of an answer on a socket")
	fs.IntVar(&o.frame, "frame", 12_000, "`bytes` of a frame of a stream")
}

// runEcho serves until the context ends.
func runEcho(ctx context.Context, o echoOptions) error {
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: o.handler(ctx), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}

// handler answers on its sockets until the context ends.
func (o echoOptions) handler(ctx context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.Handler())
	answer := fmt.Appendf(nil, `{"type":"train_step_result","filler":"%s"}`, bytes.Repeat([]byte("0"), max(0, o.answer-40)))
	mux.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		defer conn.CloseNow()
		conn.SetReadLimit(-1)
		for {
			_, message, err := conn.Reader(ctx)
			if err != nil {
				return // the client has gone
			}
			if _, err := io.Copy(io.Discard, message); err != nil {
				return
			}
			if err := conn.Write(ctx, websocket.MessageText, answer); err != nil {
				return
			}
		}
	})
	frame := fmt.Appendf(nil, "data: %s\n\n", bytes.Repeat([]byte("0"), max(0, o.frame-8)))
	mux.HandleFunc("GET /train", func(w http.ResponseWriter, r *http.Request) {
		ms, err := strconv.Atoi(r.FormValue("frame_ms"))
		if err != nil || ms < 1 {
			http.Error(w, "frame_ms must be a whole number greater than 0", http.StatusUnprocessableEntity)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		control := http.NewResponseController(w)
		tick := time.NewTicker(time.Duration(ms) * time.Millisecond)
		defer tick.Stop()
		for {
			if _, err := w.Write(frame); err != nil {
				return
			}
			if err := control.Flush(); err != nil {
				return
			}
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
			}
		}
	})
	return mux
}
