#pragma once

#include <string>

namespace vefa::bench {

// The limit a sender is measured against: one thread, one epoll, the same mail again and again with
// nothing but its Message-ID changed, the next envelope in the write of the dot, no look at what the
// replies say. Sends `mails` over `connections` to 127.0.0.1:`port`; returns how many were answered.
// `mail` ends in CRLF, is dot-stuffed, and holds 36 octets at `id_at` that are replaced.
int SendRaw(int port, int connections, int mails, const std::string& mail, size_t id_at);

}  // namespace vefa::bench
