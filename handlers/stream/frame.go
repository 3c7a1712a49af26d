package stream

// A Frame is the right to send one event. A [Sender] has at most one at a time, so every Begin must
// be followed by Commit or Abort:
//
//	frame, ok := sender.TryBegin()
//	if !ok {
//		return nil // the client still reads the frame before
//	}
//	defer frame.Abort() // does nothing after Commit
//	...
//	frame.Write("", "", html)
//	frame.Commit()
//
// Frames are values and may be copied; a copy is the same frame. The zero Frame has ended.
type Frame struct {
	sender *Sender
	number uint64 // the sender's open has this value until the frame ends
}

// Write sets the event of the frame: its name and id, either of which may be empty, and its data.
// The data is copied or compressed at once, which is why Write belongs where a CPU token is held.
// It panics if the frame has ended or has an event.
func (f Frame) Write(name, id string, data []byte) {
	if !f.isOpen() {
		panic("stream: Write to a frame that was committed or aborted")
	}
	if f.sender.written {
		panic("stream: second Write to a frame")
	}
	f.sender.written = true
	f.sender.carrier.Append(name, id, data)
}

// Commit ends the frame and hands its event to the sender's goroutine. It does not wait for the
// client. It panics if the frame has ended or has no event.
func (f Frame) Commit() {
	if !f.isOpen() {
		panic("stream: Commit of a frame that was committed or aborted")
	}
	if !f.sender.written {
		panic("stream: Commit of a frame without Write")
	}
	f.sender.open.Store(0)
	f.sender.full <- struct{}{}
}

// Abort ends the frame and discards its event. It does nothing if the frame has ended.
func (f Frame) Abort() {
	if !f.isOpen() {
		return
	}
	if f.sender.written {
		f.sender.carrier.Discard()
	}
	f.sender.open.Store(0)
	f.sender.free <- struct{}{}
}

func (f Frame) isOpen() bool { return f.sender != nil && f.sender.open.Load() == f.number }
