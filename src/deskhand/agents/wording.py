"""What the agent says in Deskhand's own words rather than a model's or a document's."""

NOTED = "Thank you, I have noted that. What can I do for you?"
"""To a customer who told something of themselves and asked nothing."""
NOT_FOUND = (
    "I did not find that in our help centre, so I would rather not guess. "
    "Would you like to talk to a person, or try asking in other words?"
)
HUMAN_REQUESTED = (
    "I have marked this conversation for our team: a person will read what you wrote here. "
    "If you tell me what it is about, they will have it at hand."
)
PROMISE_STOPPED = (
    "That is for a person on our team to decide, so I cannot promise it here. Would you like to talk to one?"
)
"""Instead of a promise that no policy covers."""
UNCONFIRMED = "(not confirmed by our help centre)"
"""Behind a sentence that its sources do not bear out, where the contract has such sentences marked."""
PLAN_BEGUN = (
    "These are several matters. I am having each of them looked into by whoever knows most about it, "
    "and will write again here."
)
"""Behind an answer to a message that a plan is made for."""
PLAN_FOUND = "Here is what we found out about your matters."
PLAN_CAME_TO_NOTHING = (
    "I could not find out more about the several matters you wrote of. "
    "Would you like to talk to a person, or ask about them one by one?"
)
