package store

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"countersign/internal/fixtures/postgrestest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgrestest.Stop()
	os.Exit(code)
}

// A password in the address of a database stays out of errors.
func TestPostgresErrorHoldsNoPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://countersign:hunter2@/name?host=" + t.TempDir(),
		"postgres://countersign:hunter2@host:none/name",
	} {
		_, err := Open(t.Context(), url)
		if err == nil || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("error %v", err)
		}
	}
}
