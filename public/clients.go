package public

import "embed"

// clients are the clients of the API, for programs. They are no part of the page and of its hash: a
// program keeps the file that it has.
//
//go:embed clients/nnvisu.py clients/nnvisu.mjs
var clients embed.FS

// A ClientFile is a client of the API in one file.
type ClientFile struct {
	Name      string // "nnvisu.py", its address relative to the application's root
	MediaType string
}

// Clients returns all clients.
func Clients() []ClientFile {
	return []ClientFile{
		{"nnvisu.py", "text/x-python; charset=utf-8"},
		{"nnvisu.mjs", "text/javascript; charset=utf-8"},
	}
}

// Text returns the source of a client.
func (f ClientFile) Text() []byte {
	text, err := clients.ReadFile("clients/" + f.Name)
	if err != nil {
		panic("public: " + err.Error()) // Clients names what is embedded
	}
	return text
}
