// goweb answers each request with the name of the container it runs in, its platform, and the path that was asked for.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "-health" {
		os.Exit(health())
	}
	hostname, _ := os.Hostname()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		saying := strings.TrimPrefix(r.URL.Path, "/")
		fmt.Fprintf(w, "This is %s running on %s/%s saying: %s\n", hostname, runtime.GOOS, runtime.GOARCH, saying)
	})
	server := &http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second}

	// Swarm stops a task with SIGTERM: answer what has begun, then go.
	stopping, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		<-stopping.Done()
		deadline, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		_ = server.Shutdown(deadline)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, "goweb:", err)
		os.Exit(1)
	}
	<-drained
}

// health is the image's HEALTHCHECK: the image has no shell and no curl.
func health() int {
	answer, err := http.Get("http://127.0.0.1:8080/health")
	if err != nil || answer.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}
