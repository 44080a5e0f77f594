#include "libs/base/cancel.h"

#include <utility>

namespace vefa {
namespace {

thread_local const CancelScope* innermost = nullptr;

}  // namespace

CancelScope::CancelScope(std::function<bool()> gone) : gone_(std::move(gone)), outer_(std::exchange(innermost, this)) {}

CancelScope::~CancelScope() { innermost = outer_; }

bool CancelScope::Gone() { return innermost != nullptr && innermost->gone_(); }

bool CancelScope::Watched() { return innermost != nullptr; }

}  // namespace vefa
