package handlers

import "syscall"

// tcpNotSentLowat is TCP_NOTSENT_LOWAT (tcp(7)), which package syscall lacks.
const tcpNotSentLowat = 0x19

// limitUnsent makes writes to a socket wait while unsentMost bytes were not sent
// yet. What is on its way is as much as the network takes, as ever.
func limitUnsent(fd uintptr) {
	// A kernel without the option buffers more, that is all.
	_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotSentLowat, unsentMost)
}
