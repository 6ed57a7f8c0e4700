SELECT epoch FROM node
