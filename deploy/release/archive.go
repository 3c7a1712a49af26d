package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"path"
	"time"
)

// archive writes the program with its documents as .tar.gz, or for windows as .zip.
func (b *build) archive(system, arch string, program []byte) error {
	documents, err := b.documents()
	if err != nil {
		return err
	}
	folder := "nnvisu_" + b.version + "_" + system + "_" + arch
	files := []file{{programName(system), 0o755, program}}
	if system == "linux" {
		unit, err := read("deploy/nnvisu.service")
		if err != nil {
			return err
		}
		files = append(files, file{"nnvisu.service", 0o644, unit})
	}
	files = append(files, documents...)
	for i := range files {
		files[i].name = folder + "/" + files[i].name
	}
	if system == "windows" {
		data, err := zipped(files, b.time)
		if err != nil {
			return err
		}
		return b.write(folder+".zip", data)
	}
	data, err := tarred(files, b.time)
	if err != nil {
		return err
	}
	if data, err = gzipped(data, gzip.DefaultCompression); err != nil {
		return err
	}
	return b.write(folder+".tar.gz", data)
}

// tarred returns the files as tar, all of root and of one time, each folder before what is in it.
func tarred(files []file, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	made := map[string]bool{".": true}
	var makeFolder func(name string) error
	makeFolder = func(name string) error {
		if made[name] {
			return nil
		}
		made[name] = true
		if err := makeFolder(path.Dir(name)); err != nil {
			return err
		}
		return w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755, ModTime: at})
	}
	for _, f := range files {
		if err := makeFolder(path.Dir(f.name)); err != nil {
			return nil, err
		}
		if err := w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg, Name: f.name, Mode: int64(f.mode), Size: int64(len(f.data)), ModTime: at,
		}); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// zipped returns the files as zip, all of one time.
func zipped(files []file, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		header.SetMode(f.mode)
		entry, err := w.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := entry.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// gzipped returns the data compressed at a level, without a time or a name.
func gzipped(data []byte, level int) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}
