package fleet

import "syscall"

// Attributes put a process into a group of its own, and end it with the test: a test that is killed
// would otherwise leave its replicas behind. The workers of nginx alone outlive that.
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
