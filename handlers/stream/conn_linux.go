package stream

import "syscall"

// tcpNotSentLowat is TCP_NOTSENT_LOWAT (tcp(7)), which package syscall lacks.
const tcpNotSentLowat = 0x19

// limitUnsent makes writes to a socket wait while the kernel holds maxUnsent bytes that it has not
// sent yet. Bytes that are sent and not yet acknowledged do not count.
func limitUnsent(fd uintptr) {
	// A kernel without the option only buffers more.
	_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpNotSentLowat, maxUnsent)
}
