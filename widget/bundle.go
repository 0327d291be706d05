package widget

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bundle is a folder of built browser files, held in memory and compressed once. It never changes after it is loaded.
type Bundle struct {
	files map[string]bundleFile
}

type bundleFile struct {
	content, gzipped []byte // gzipped is nil where it would be no smaller
	mediaType        string
	hash             string // of content, in hex
}

// hashBytes is how much of a SHA-256 tells one build from another.
const hashBytes = 8

// LoadBundle reads every file in the top folder of files, but for README, which only keeps the folder in a fresh clone.
func LoadBundle(files fs.FS) (*Bundle, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	bundle := &Bundle{files: map[string]bundleFile{}}
	for _, entry := range entries {
		if entry.IsDir() || entry.Name() == "README" {
			continue
		}
		content, err := fs.ReadFile(files, entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read bundle: %w", err)
		}
		if err := bundle.add(entry.Name(), content); err != nil {
			return nil, err
		}
	}
	return bundle, nil
}

func (b *Bundle) add(name string, content []byte) (err error) {
	b.files[name], err = newBundleFile(name, content)
	return err
}

func newBundleFile(name string, content []byte) (bundleFile, error) {
	var compressed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err == nil {
		_, err = writer.Write(content)
	}
	if err = errors.Join(err, writer.Close()); err != nil {
		return bundleFile{}, fmt.Errorf("compress %s: %w", name, err)
	}
	file := bundleFile{content: content, mediaType: mediaType(name), hash: hashOf(content)}
	if compressed.Len() < len(content) {
		file.gzipped = compressed.Bytes()
	}
	return file, nil
}

// Has says whether the bundle holds a file of that name.
func (b *Bundle) Has(name string) bool {
	_, ok := b.files[name]
	return ok
}

// Names lists the files in alphabetical order.
func (b *Bundle) Names() []string {
	names := make([]string, 0, len(b.files))
	for name := range b.files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Serve answers with the named file, compressed if the browser takes that, or 304 if it has it. Cache-Control is the
// caller's to set.
func (b *Bundle) Serve(w http.ResponseWriter, r *http.Request, name string) {
	file, ok := b.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	file.serve(w, r)
}

func (file bundleFile) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", file.mediaType)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Add("Vary", "Accept-Encoding")
	content, etag := file.content, `"`+file.hash+`"`
	if file.gzipped != nil && acceptsGzip(r.Header) {
		header.Set("Content-Encoding", "gzip")
		// A strong entity tag names one representation (RFC 9110 §8.8.3.3).
		content, etag = file.gzipped, `"`+file.hash+`-gzip"`
	}
	header.Set("ETag", etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// acceptsGzip reads Accept-Encoding (RFC 9110 §12.5.3): gzip counts unless its weight is zero.
func acceptsGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, parameter, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		weight, given := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameter)), "q=")
		value, err := strconv.ParseFloat(weight, 64)
		return !given || err == nil && value > 0
	}
	return false
}

// mediaType does not ask the machine's own tables, which differ from one to the next.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:hashBytes])
}
