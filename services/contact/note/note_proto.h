#pragma once

#include "services/contact/note/note.h"
#include "vefa/contact/v1/note.pb.h"

// Between the messages of the contract and notes.
namespace vefa::contact {

v1::Note ToProto(const Note& note);

}  // namespace vefa::contact
