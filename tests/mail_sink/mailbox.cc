#include "tests/mail_sink/mailbox.h"

#include <fcntl.h>
#include <strings.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "libs/base/text.h"
#include "libs/telemetry/log.h"

namespace vefa::mail_sink {
namespace {

Error CannotWrite(const std::string& what) {
  return Internal("MAILBOX_WRITE", "Cannot write " + what + ": " + std::strerror(errno) + ".");
}

bool WriteAll(int fd, std::string_view data) {
  while (!data.empty()) {
    ssize_t n = write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

void AddText(std::string& line, const char* key, std::string_view value) {
  line += ",\"";
  line += key;
  line += "\":";
  // A header may hold anything; what is not UTF-8 is shown as hexadecimal so that the log stays JSON.
  line += telemetry::JsonString(IsUtf8(value) ? std::string(value) : "hex:" + ToHex(value));
}

}  // namespace

std::string HeaderOf(std::string_view mail, std::string_view name) {
  std::string value;
  bool found = false;
  for (size_t at = 0; at < mail.size();) {
    size_t end = mail.find("\r\n", at);
    if (end == std::string_view::npos || end == at) break;
    std::string_view line = mail.substr(at, end - at);
    at = end + 2;
    bool folded = line[0] == ' ' || line[0] == '\t';
    if (found && !folded) break;
    if (found) {
      value += line;
    } else if (!folded && line.size() > name.size() && line[name.size()] == ':' &&
               strncasecmp(line.data(), name.data(), name.size()) == 0) {
      found = true;
      value = line.substr(name.size() + 1);
    }
  }
  size_t first = value.find_first_not_of(" \t");
  return first == std::string::npos ? "" : value.substr(first);
}

Result<std::unique_ptr<Mailbox>> Mailbox::Open(const std::string& log_path, const std::string& store_folder,
                                               const Clock& clock) {
  int log = -1;
  if (!log_path.empty()) {
    log = open(log_path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0) return CannotWrite(log_path);
  }
  std::unique_ptr<Mailbox> mailbox(new Mailbox(log, store_folder, clock));
  if (log >= 0) mailbox->ReadLog(log_path);
  return mailbox;
}

Mailbox::~Mailbox() {
  if (log_ >= 0) close(log_);
}

void Mailbox::ReadLog(const std::string& path) {
  std::ifstream file(path);
  constexpr std::string_view kKey = "\"message_id\":\"";
  for (std::string line; std::getline(file, line); ++sequence_) {
    size_t from = line.find(kKey);
    if (from == std::string::npos) continue;
    from += kKey.size();
    seen_.insert(line.substr(from, line.find('"', from) - from));
  }
}

int64_t Mailbox::Accept(const Mail& mail) {
  int64_t number = ++sequence_;
  ++accepted_;
  bytes_ += static_cast<int64_t>(mail.data.size());
  std::string message_id = HeaderOf(mail.data, "Message-ID");
  bool again = !message_id.empty() && !seen_.insert(message_id).second;
  if (again) ++repeated_;
  if (log_ >= 0) {
    pending_ += "{\"sequence\":" + std::to_string(number);
    AddText(pending_, "time", ToRfc3339(clock_.Now()));
    AddText(pending_, "from", mail.from);
    AddText(pending_, "rcpt", mail.recipients.empty() ? "" : mail.recipients.front());
    if (mail.recipients.size() > 1) pending_ += ",\"recipients\":" + std::to_string(mail.recipients.size());
    AddText(pending_, "message_id", message_id);
    AddText(pending_, "subject", HeaderOf(mail.data, "Subject"));
    pending_ += ",\"bytes\":" + std::to_string(mail.data.size());
    AddText(pending_, "list_unsubscribe", HeaderOf(mail.data, "List-Unsubscribe"));
    AddText(pending_, "list_unsubscribe_post", HeaderOf(mail.data, "List-Unsubscribe-Post"));
    pending_ += again ? ",\"again\":true}\n" : "}\n";
  }
  if (!store_folder_.empty()) {
    std::ofstream file(store_folder_ + "/" + std::to_string(number) + ".eml", std::ios::binary);
    file << mail.data;
    file.close();
    if (!file) fault_ = store_folder_ + "/" + std::to_string(number) + ".eml";
  }
  return number;
}

Status Mailbox::Flush() {
  if (!fault_.empty()) return CannotWrite(fault_);
  if (pending_.empty()) return Ok();
  if (!WriteAll(log_, pending_)) return CannotWrite("the log");
  pending_.clear();
  return Ok();
}

Status Mailbox::Reset() {
  seen_.clear();
  accepted_ = repeated_ = bytes_ = 0;
  if (log_ >= 0 && ftruncate(log_, 0) != 0) return CannotWrite("the log");
  return Ok();
}

}  // namespace vefa::mail_sink
