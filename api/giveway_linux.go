package api

import (
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// Scheduling of processes that give way (sched(7)), and the share of a lack of
// memory that they are to bear (proc(5)).
const (
	schedIdle = 5
	nicest    = 19
	dieFirst  = "500"
)

// giveWay lets every thread of this process run when no other process wants the
// processor: the kernel prefers even a thread of the service that has just woken
// up. Where memory runs out it is ended before the service. A system that
// refuses any of it runs the process like others.
func giveWay() {
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte(dieFirst), 0)
	// A thread has the policy of the one that started it; those that were started
	// while they were listed are met in the next round.
	for done := map[int]bool{}; ; {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return
		}
		again := false
		for _, t := range tasks {
			id, err := strconv.Atoi(t.Name())
			if err != nil || done[id] {
				continue
			}
			done[id], again = true, true
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, nicest)
			var priority int32
			_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_SETSCHEDULER, uintptr(id), schedIdle, uintptr(unsafe.Pointer(&priority)))
		}
		if !again {
			return
		}
	}
}
