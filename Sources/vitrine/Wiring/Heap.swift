import CMalloc

/// The process's heap.
enum Heap {
  /// All threads allocate from one arena. glibc gives threads arenas of their own, eight a core, and each keeps what it
  /// once held: a process that only carries documents is a third larger for it and no faster (docs/explain/indexing.md).
  ///
  /// Said before the process has many threads, and not where searches are answered: there threads would wait for each other.
  static func useOneArena() { mallopt(M_ARENA_MAX, 1) }
}
