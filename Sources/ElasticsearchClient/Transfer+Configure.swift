internal import CCurl

extension Transfer {
  /// Write size for the megabytes of a bulk. libcurl's default is 64 KB, and each write wakes the server.
  private static let largeWriteBytes = 512 << 10

  /// Sets every option of the transfer; returns the first failure that libcurl reports.
  func configure(_ handle: UnsafeMutableRawPointer, settings: ElasticsearchSettings, headers: CurlHeaders) -> CURLcode {
    var options = CurlOptions(handle: handle)
    options.set(CURLOPT_ERRORBUFFER, UnsafeRawPointer(errorText))
    options.set(CURLOPT_NOSIGNAL, 1)
    options.check(vitrine_curl_close_sockets_on_exec(handle))
    options.set(CURLOPT_PROTOCOLS_STR, "http,https")
    options.set(CURLOPT_PROXY, "")
    options.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    options.set(CURLOPT_TCP_KEEPALIVE, 1)
    options.set(CURLOPT_ACCEPT_ENCODING, "gzip")
    options.set(CURLOPT_URL, request.address + request.path)
    options.set(CURLOPT_CUSTOMREQUEST, request.method)
    options.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeout.wholeMilliseconds))
    if request.needsNewConnection { options.set(CURLOPT_FRESH_CONNECT, 1) }
    // Otherwise the end of a transfer waits for a running host name look-up, and all other transfers wait with it.
    options.set(CURLOPT_QUICK_EXIT, 1)
    setIdentity(&options, settings)
    if let body = request.body {
      options.set(CURLOPT_POST, 1)
      options.set(CURLOPT_CUSTOMREQUEST, request.method)
      options.set(size: CURLOPT_POSTFIELDSIZE_LARGE, body.bytes.count)
      if body.bytes.count > Self.largeWriteBytes { options.set(CURLOPT_UPLOAD_BUFFERSIZE, Self.largeWriteBytes) }
      options.set(CURLOPT_POSTFIELDS, UnsafeRawPointer(body.bytes.baseAddress))
    }
    options.set(CURLOPT_HTTPHEADER, UnsafeRawPointer(headers.list(for: request.body)))
    options.check(
      vitrine_curl_set_head_reader(
        handle,
        { _, size, count, context in
          guard let context else { return 0 }
          let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return transfer.receiveHead(byteCount: size * count) ? size * count : 0
        }, Unmanaged.passUnretained(self).toOpaque()))
    options.check(
      vitrine_curl_set_writer(
        handle,
        { data, size, count, context in
          guard let data, let context else { return 0 }
          let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return transfer.receive(UnsafeRawBufferPointer(start: data, count: size * count)) ? size * count : 0
        }, Unmanaged.passUnretained(self).toOpaque()))
    return options.result
  }

  /// Our identity, and the authorities that we trust.
  private func setIdentity(_ options: inout CurlOptions, _ settings: ElasticsearchSettings) {
    if case .basic(let user, let password) = settings.credentials {
      options.set(CURLOPT_HTTPAUTH, 1)  // CURLAUTH_BASIC, a macro with a cast that Swift does not read.
      options.set(CURLOPT_USERNAME, user)
      options.set(CURLOPT_PASSWORD, password)
    }
    options.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    if let file = settings.tls.authorityFile {
      options.set(CURLOPT_CAINFO, file)
      // Otherwise the system's folder of authorities would be trusted beside the file.
      options.set(CURLOPT_CAPATH, nil as UnsafeRawPointer?)
    }
    if let file = settings.tls.certificateFile { options.set(CURLOPT_SSLCERT, file) }
    if let file = settings.tls.keyFile { options.set(CURLOPT_SSLKEY, file) }
  }
}

/// Sets options and keeps the first failure.
private struct CurlOptions {
  let handle: UnsafeMutableRawPointer
  var result = CURLE_OK

  mutating func check(_ code: CURLcode) { if result == CURLE_OK { result = code } }
  mutating func set(_ option: CURLoption, _ value: Int) { check(vitrine_curl_set_long(handle, option, value)) }
  mutating func set(size option: CURLoption, _ value: Int) { check(vitrine_curl_set_size(handle, option, value)) }
  mutating func set(_ option: CURLoption, _ value: String) { check(vitrine_curl_set_string(handle, option, value)) }
  mutating func set(_ option: CURLoption, _ value: UnsafeRawPointer?) {
    check(vitrine_curl_set_pointer(handle, option, value))
  }
}
