// Package memnet is a network in memory whose lines can be slow, and break as they are told to.
//
// It is made for a testing/synctest bubble: whoever waits for bytes, for room or for a deadline is
// durably blocked, so that time goes on. A [Network] knows hosts by name. A [Line] says how a
// connection behaves: how much fits into it, how long a piece travels, and after how many bytes it
// breaks, and how. All that is random about a line comes from its own generator. So a connection
// behaves the same in every run in which the same bytes are written to it at the same times.
package memnet
