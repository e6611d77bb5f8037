import CMicroHTTPD
import Glibc
import Synchronization
import Telemetry

/// The library's daemon: started in `init`, stopped once by `stop`.
///
/// Unchecked because of the two pointers: both are set in `init` and only passed to the library, whose
/// `MHD_stop_daemon` may be called from any thread; the lifecycle's single owner calls `stopListening` and `stop` once.
final class Daemon: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let log: UnsafeMutablePointer<CMHD_Log>
  private let core: Unmanaged<ServerCore>
  private let listener: Int32
  /// The writing end of the pipe that replaces the closed listening socket; it stays open so that the pipe stays
  /// silent.
  private var silence: Int32 = -1

  /// Takes ownership of the listening socket; nil if the library refuses.
  init?(core: ServerCore, descriptor: Int32) {
    let configuration = core.configuration
    let owner = Unmanaged.passRetained(core)
    let log = UnsafeMutablePointer<CMHD_Log>.allocate(capacity: 1)
    log.initialize(to: CMHD_Log(write: Self.writeLog, context: owner.toOpaque()))
    let settings = CMHD_Settings(
      listen_descriptor: descriptor, threads: UInt32(configuration.threads),
      connections: UInt32(configuration.maxConnections),
      connections_per_address: UInt32(configuration.maxConnectionsPerAddress ?? 0),
      // The library limits only silence; our watch limits the whole phase.
      idle_seconds: UInt32(max(1, configuration.idleTimeout.components.seconds)),
      connection_memory: max(Self.minimumMemoryBytes, configuration.maxHeadBytes * 3))
    let callbacks = CMHD_Callbacks(
      access: Self.access, target: Self.target, completed: Self.completed, connection: Self.connection, log: log,
      context: owner.toOpaque())
    guard let pointer = CMHD_start(settings, callbacks) else {
      log.deallocate()
      owner.release()
      return nil
    }
    self.pointer = pointer
    self.log = log
    self.core = owner
    listener = descriptor
  }

  /// A head, a copy of its cookies and some 60 bytes for each field or cookie share a connection's memory, which the
  /// library clears after each request: three heads' worth holds a head of cookies alone. 32 KB is its default.
  private static let minimumMemoryBytes = 32_768

  /// Closes the listening socket; open connections continue.
  ///
  /// `MHD_quiesce_daemon` aborts the process if one of the library's threads removes the socket from its epoll set at
  /// the same moment (0.9.75: "Failed to remove listen FD from epoll set"). Instead the descriptor is replaced by
  /// another file, the end of a pipe that stays silent: the kernel removes the socket from every set, and the library
  /// keeps the number.
  func stopListening() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    dup2(ends[0], listener)
    close(ends[0])
    for descriptor in [listener, ends[1]] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    silence = ends[1]
  }

  /// Closes every connection and ends the threads; no connection may be suspended.
  func stop() {
    MHD_stop_daemon(pointer)
    if silence >= 0 { close(silence) }
    log.deallocate()
    core.release()
  }

  // MARK: Callbacks, on the library's threads

  private static let writeLog: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void = {
    context, line in
    let core = Unmanaged<ServerCore>.fromOpaque(context!).takeUnretainedValue()
    // Mostly clients that disconnected or sent nonsense.
    core.logger.debug("libmicrohttpd", metadata: ["line": .string(line.map { String(cString: $0) } ?? "")])
  }

  private static let connection: MHD_NotifyConnectionCallback = { context, connection, socketContext, code in
    let core = Unmanaged<ServerCore>.fromOpaque(context!).takeUnretainedValue()
    guard CMHD_is_started(code) != 0 else {
      guard let pointer = socketContext!.pointee else { return }
      core.closed(Unmanaged<Peer>.fromOpaque(pointer).takeRetainedValue())
      return
    }
    let peer = Peer(descriptor: CMHD_descriptor(connection), address: addressText(CMHD_client_address(connection)))
    socketContext!.pointee = Unmanaged.passRetained(peer).toOpaque()
    core.opened(peer)
  }

  private static let target:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
      context, target, connection in
      let core = Unmanaged<ServerCore>.fromOpaque(context!).takeUnretainedValue()
      let peer = Unmanaged<Peer>.fromOpaque(CMHD_socket_context(connection)!).takeUnretainedValue()
      let exchange = Exchange(
        core: core, peer: peer, connection: ConnectionHandle(pointer: connection!),
        target: target!)
      CMHD_empty_query(target)
      return Unmanaged.passRetained(exchange).toOpaque()
    }

  private static let access: MHD_AccessHandlerCallback = {
    _, _, _, method, version, upload, uploadSize, requestContext in
    let exchange = Unmanaged<Exchange>.fromOpaque(requestContext!.pointee!).takeUnretainedValue()
    return exchange.proceed(method: method!, version: version!, upload: upload, uploadSize: uploadSize!)
  }

  private static let completed: MHD_RequestCompletedCallback = { _, _, requestContext, _ in
    guard let pointer = requestContext!.pointee else { return }
    requestContext!.pointee = nil
    Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue().completed()
  }
}
