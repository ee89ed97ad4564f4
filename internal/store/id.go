package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// NewID makes an id for what has no content to take one from.
func NewID() string { return strings.ToLower(rand.Text()) }

// UploadID is the id of a file within a petition: the same file has the same
// one whenever it comes.
func UploadID(petitionID, sum string) string {
	hash := sha256.Sum256([]byte(petitionID + sum))
	return hex.EncodeToString(hash[:])[:24]
}

// PageID is the id of a page of an upload, counted from 1.
func PageID(uploadID string, number int) string { return uploadID + "-" + strconv.Itoa(number) }

// LineID is the id of a line of a page, counted from 1.
func LineID(pageID string, number int) string { return pageID + "-" + strconv.Itoa(number) }

// parent takes the number off the id of a line or a page.
func parent(id string) (of string, number int, err error) {
	at := strings.LastIndexByte(id, '-')
	if at < 0 {
		return "", 0, fmt.Errorf("%q is no id of a page or a line", id)
	}
	number, err = strconv.Atoi(id[at+1:])
	return id[:at], number, err
}
