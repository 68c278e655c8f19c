"""The subcommands of the program; each module has addArguments(parser) and run(arguments) -> exit status."""
