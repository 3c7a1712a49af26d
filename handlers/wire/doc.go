// Package wire reads and writes what travels between a client and the server: messages, forms,
// numbers of queries, answers and errors. It knows no server: limits and the names of form fields
// are arguments, and what it returns is a value or an [*Error].
//
// # Reading
//
// The grammar is written once, as methods of reader: which members an object may have, and where
// their values go. A reader takes its tokens from a source, of which there are two:
//
//   - strictSource judges. Names match to the letter, a member is given once, and an error names
//     the place, such as network.weights[0][2].
//   - fastSource reads what clients usually send, several times faster. It never says what is
//     wrong: at anything unusual it gives up, and the strict source reads the text again.
//
// Both must agree on every text that the fast source takes, bit for bit; FuzzFastSource looks for
// one where they do not.
//
// A form is read in two steps: [ParseForm] splits a body into fields, urlencoded or multipart, and
// [DecodeForm] reads the JSON text in the fields with the same grammar.
//
// The reader checks what the grammar can say: types, names, the length of lists. Whether a state
// can be trained is for [nn.State.Prepare] to say.
//
// # Writing
//
// The functions whose names begin with Append write the answers of every update, byte for byte as
// json.Marshal would, into a buffer that can be used again.
//
// # Errors
//
// [Describe] translates errors of this package and of package nn to an [ErrorBody], which is what a
// client is told. Which HTTP status goes with a [Code] is the server's matter.
package wire
