// Package stream carries the frames of a training run to a client, and shares the CPUs between all
// runs. It knows neither routes nor messages nor pages: package handlers decides what a frame says
// and where it goes.
//
// # Frames
//
// A [Sender] writes frames in a goroutine of its own, so that training goes on while the network is
// slow. Only one [Frame] exists at a time, from Begin until it was written. A run that finds the
// frame before still unwritten ([Sender.TryBegin]) skips its frame: a slow client gets fewer
// frames, and each is new. A [Carrier] turns frames into bytes: [EventWriter] into Server-Sent
// Events, with gzip or without, [SocketWriter] into WebSocket messages.
//
// # Queues
//
// Two queues, requests and streams, share N CPU tokens. A waiter first takes one of its queue's N
// tickets, so neither queue can starve the other. Only N waiters of each queue compete for tokens.
// A request thus waits for a frame or two, however many streams there are, and a stream waits for
// as many requests. Within a queue, the longest waiter is next. [Queue.Do] keeps these rules.
//
// Code that holds a token never waits for a client: it makes a frame, and whoever waits for the
// frame to be written has given the token back. A [Limit] bounds how many requests, streams or
// sockets are open; whoever comes too many is refused at once and does not wait.
package stream
