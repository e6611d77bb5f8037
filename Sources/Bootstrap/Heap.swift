import CMalloc

/// The process's heap.
package enum Heap {
  /// All threads allocate from one arena. By default glibc gives threads separate arenas, up to eight for each core,
  /// and each arena keeps its largest size: a process that only carries documents becomes a third larger and no faster
  /// (docs/measurements/indexing.md).
  ///
  /// Must be called before the process has many threads, and not in a process that answers searches: its threads would
  /// wait for one another.
  package static func useOneArena() { mallopt(M_ARENA_MAX, 1) }

  /// The bytes that the process has allocated and not given back.
  package static var bytesInUse: Int {
    let info = mallinfo2()
    return Int(clamping: info.uordblks) + Int(clamping: info.hblkhd)
  }
}
