"""All rules, in the order of their codes. A code that was given up is never given to another rule."""

from assetgen.lint import models, outputs, project, prompts

RULES = (*models.RULES, *prompts.RULES, *outputs.RULES, *project.RULES)
