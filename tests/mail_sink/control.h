#pragma once

#include <string>
#include <string_view>

#include "tests/mail_sink/faults.h"
#include "tests/mail_sink/mailbox.h"

namespace vefa::mail_sink {

// Answers one request of the control port: GET /stats, POST /fault?kind=…, POST /reset.
// `request` is the request line and the headers; the answer is a whole HTTP/1.1 response that
// closes the connection.
std::string Control(std::string_view request, Faults& faults, Counters& counters, Mailbox& mailbox);

}  // namespace vefa::mail_sink
